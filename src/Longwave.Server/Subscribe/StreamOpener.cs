using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary>
/// Opens streams for those who may have them: 1. who is it; 2. may he read anything of what he asks for; 3. the stream gets its name and
/// knows when it has to end; 4. it stands in the registry for as long as its subscriber lives, which may be longer than the request.
/// </summary>
internal sealed class StreamOpener(RunningHub hub, LongwaveOptions options, Authenticator authenticator, ConnectionRegistry connections, TimeProvider clock)
{
    /// <summary>The header that names the connection.</summary>
    public const string ConnectionHeader = "Longwave-Connection";

    /// <summary>Steps 1 and 2.</summary>
    public async ValueTask<Authentication> AdmitAsync(HttpContext context, EventsQuery query)
    {
        Authentication found = await authenticator.AuthenticateAsync(context, query.Ticket, query.AccessToken);
        return found.Caller is { } caller && Refuse(caller, query.Request) is { } problem ? new Authentication(problem) : found;
    }

    /// <summary>Why the caller may not have this subscription, or null.</summary>
    public static Problem? Refuse(Caller caller, SubscribeRequest request)
    {
        foreach (Selector selector in request.Selectors)
        {
            if (caller.Access?.Admits(selector, request.Types) == false)
            {
                return Authenticator.Forbid(caller, $"Nothing grants subscribing to `{selector}`{Of(request.Types)}.", "topic");
            }
        }

        return null;
    }

    /// <summary>Steps 3 and 4, for a stream whose sink is ready. The header is set before the engine writes the first byte of the answer.</summary>
    public SubscribeOutcome TrySubscribe(HttpContext context, Caller caller, SubscribeRequest request, ISink sink, out Subscriber? subscriber)
    {
        SubscribeOutcome outcome = TryAdmit(context, caller, request, sink, out subscriber);
        if (outcome == SubscribeOutcome.Accepted)
        {
            Start(subscriber!);
        }

        return outcome;
    }

    /// <summary>Steps 3 and 4, for a stream whose sink is not ready yet; <see cref="Start"/> or <see cref="Abandon"/> must follow.</summary>
    public SubscribeOutcome TryAdmit(HttpContext context, Caller caller, SubscribeRequest request, ISink sink, out Subscriber? subscriber)
    {
        var connection = new OpenConnection(
            connections,
            connections.Next(),
            caller,
            request,
            clock.GetUtcNow(),
            context.Connection.RemoteIpAddress?.ToString(),
            context.Request.Protocol,
            options.Auth);
        context.Response.Headers[ConnectionHeader] = connection.Request.Identity!.Connection;
        SubscribeOutcome outcome = hub.Engine.TryAdmit(connection.Request, sink, out subscriber);
        if (outcome == SubscribeOutcome.Accepted)
        {
            connections.Add(connection, subscriber!);

            // After it stands in the registry: a revocation that came before has missed it there.
            if (authenticator.IsRevoked(caller))
            {
                subscriber!.Close(CloseReason.Revoked);
            }
        }

        return outcome;
    }

    /// <summary>Begins an admitted stream.</summary>
    public void Start(Subscriber subscriber) => hub.Engine.Start(subscriber);

    /// <summary>Gives up an admitted stream; it leaves the registry.</summary>
    public void Abandon(Subscriber subscriber) => hub.Engine.Abandon(subscriber);

    private static string Of(IReadOnlyList<string> types) => types.Count == 0 ? "" : $" (type {string.Join(", ", types.Select(static type => $"`{type}`"))})";
}
