using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary>
/// Opens streams in five steps: 1. authenticate; 2. check that the caller has a grant for part of each requested selector; 3. count the stream against
/// the limits of its address, its subject and the hub; 4. assign an id and register what to release when it ends; 5. register it for as long as its subscriber lives, which may be
/// longer than the request.
/// </summary>
internal sealed class StreamOpener(
    RunningHub hub, LongwaveOptions options, Authenticator authenticator, AdmissionControl admission, ConnectionRegistry connections, TimeProvider clock)
{
    /// <summary>The header that names the connection.</summary>
    public const string ConnectionHeader = "Longwave-Connection";

    /// <summary>Steps 1 and 2.</summary>
    public async ValueTask<Authentication> AdmitAsync(HttpContext context, EventsQuery query)
    {
        Authentication found = await authenticator.AuthenticateAsync(context, query.Ticket, query.AccessToken);
        return found.Caller is { } caller && Refuse(caller, query.Request) is { } problem ? new Authentication(problem) : found;
    }

    /// <summary>Step 1 of a request with a body, before the body is read: a caller that may not read must not cost the hub a body.</summary>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext context)
    {
        Authentication found = await authenticator.AuthenticateAsync(context);
        return found.Caller is { Reads: false } caller ? new Authentication(Authenticator.Forbid(caller, "No grant allows subscribing.")) : found;
    }

    /// <summary>The problem of a subscription that the caller has no right to, or null.</summary>
    public static Problem? Refuse(Caller caller, SubscribeRequest request)
    {
        foreach (Selector selector in request.Selectors)
        {
            if (caller.Access?.Admits(selector, request.Types) == false)
            {
                return Authenticator.Forbid(caller, $"No grant allows subscribing to `{selector}`{Of(request.Types)}.", "topic");
            }
        }

        return null;
    }

    /// <summary>
    /// Answers 204 if every topic of the subscription is complete and the client has every event, so that <c>EventSource</c> stops for good. Call after
    /// step 2.
    /// </summary>
    public bool TryEnd(HttpContext context, Caller caller, SubscribeRequest request)
    {
        if (!hub.Engine.HasEnded(request, caller.Access))
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
        return true;
    }

    /// <summary>Steps 3 to 5, for a stream whose sink is ready. The header is set before the engine writes the first byte of the answer.</summary>
    /// <returns>The rejection, or null.</returns>
    public Problem? TrySubscribe<TSink>(
        HttpContext context, Caller caller, SubscribeRequest request, Func<AnswerRoom, TSink> newSink, out TSink? sink, out Subscriber? subscriber)
        where TSink : class, ISink
    {
        Problem? problem = TryAdmit(context, caller, request, newSink, out sink, out subscriber);
        if (problem is null)
        {
            Start(subscriber!);
        }

        return problem;
    }

    /// <summary>Steps 3 to 5, for a stream whose sink is not ready yet; <see cref="Start"/> or <see cref="Abandon"/> must follow.</summary>
    /// <remarks>Increments all counts of the stream; on any failure here, decrements those again.</remarks>
    /// <param name="context">The request.</param>
    /// <param name="caller">The owner of the stream.</param>
    /// <param name="request">The subscription.</param>
    /// <param name="newSink">Creates the sink with the room of the client.</param>
    /// <param name="sink">The sink; null if the stream is rejected.</param>
    /// <param name="subscriber">The stream; null if it is rejected.</param>
    /// <returns>The rejection, or null.</returns>
    public Problem? TryAdmit<TSink>(
        HttpContext context, Caller caller, SubscribeRequest request, Func<AnswerRoom, TSink> newSink, out TSink? sink, out Subscriber? subscriber)
        where TSink : class, ISink
    {
        (sink, subscriber) = (null, null);
        if (admission.TryAdmitStream(context, caller.Owner, out StreamLease? place) is { } problem)
        {
            return problem;
        }

        request = request with { Client = admission.ClientOf(context, caller.Owner) };

        TicketLease? ticket = null;
        try
        {
            ticket = caller.Ticket is null ? null : authenticator.Tickets.TryOpen(caller.Ticket);
            if (caller.Ticket is not null && ticket is null)
            {
                place?.Dispose();
                return Authenticator.TicketInUse();
            }

            var connection = new OpenConnection(
                connections,
                connections.Next(),
                caller,
                request,
                place,
                ticket,
                clock.GetUtcNow(),
                context.Connection.RemoteIpAddress?.ToString(),
                context.Request.Protocol,
                options.Auth);
            context.Response.Headers[ConnectionHeader] = connection.Request.Identity!.Connection;

            sink = newSink(admission.RoomOf(place));

            // If the engine rejects the stream, it disposes of the lease, which decrements the counts.
            SubscribeOutcome outcome = hub.Engine.TryAdmit(connection.Request, sink, out subscriber);
            if (outcome != SubscribeOutcome.Accepted)
            {
                return RefusalOf(outcome, connection.Request);
            }

            connections.Add(connection, subscriber!);

            // Check after the registration: a revocation that searched the registry earlier did not find this stream.
            if (authenticator.IsRevoked(caller))
            {
                subscriber!.Close(CloseReason.Revoked);
            }

            return null;
        }
        catch
        {
            if (subscriber is not null)
            {
                Abandon(subscriber);
            }

            place?.Dispose();
            ticket?.End(mayReturn: true);
            throw;
        }
    }

    /// <summary>Time until the next hub listens; zero while this one does not drain.</summary>
    public TimeSpan UntilRestart => hub.Engine.UntilRestart;

    /// <summary>Starts an admitted stream.</summary>
    public void Start(Subscriber subscriber) => hub.Engine.Start(subscriber);

    /// <summary>Abandons an admitted stream: returns all its counts and removes it from the registry.</summary>
    public void Abandon(Subscriber subscriber) => hub.Engine.Abandon(subscriber);

    /// <summary>The problem of a stream that the engine rejects.</summary>
    private Problem RefusalOf(SubscribeOutcome outcome, SubscribeRequest request) => outcome switch
    {
        SubscribeOutcome.TooManyConnections => new Problem(
            ProblemTypes.TooManyConnections, $"{options.Engine.Limits.MaxConnections} streams are open, the limit of this hub."),
        SubscribeOutcome.TooManyPatterns => new Problem(
            ProblemTypes.TooManyPatterns,
            $"The hub has reached a limit: {options.Engine.Limits.MaxPatterns} different patterns, or a total cost of {options.Engine.Limits.MaxPatternCost}; this subscription costs {CostOf(request)}. Subscriptions to exact topics are still possible.",
            "topic"),
        SubscribeOutcome.SubscriptionTooCostly => TooCostly(CostOf(request), options.Engine.Limits.MaxSubscriptionCost, "topic"),
        SubscribeOutcome.ClientTooCostly => new Problem(
            ProblemTypes.ClientTooCostly,
            $"The patterns of this subscription cost {CostOf(request)}; with those of the client's other streams they exceed its limit of {options.Engine.Limits.MaxClientCost}.",
            "topic"),
        _ => new Problem(ProblemTypes.ShuttingDown, "The hub is shutting down and accepts no new streams.") { RetryAfter = hub.Engine.UntilRestart },
    };

    /// <summary>The problem of patterns that cost more than one subscription may.</summary>
    public static Problem TooCostly(long cost, long limit, string field) => new(
        ProblemTypes.PatternsTooCostly, $"The patterns of the subscription, or the grants of its token, cost {cost} so far; the limit is {limit}.", field);

    private static long CostOf(SubscribeRequest request) => request.PatternCost + (request.Identity?.Access?.PatternCost ?? 0);

    private static string Of(IReadOnlyList<string> types) => types.Count == 0 ? "" : $" (type {string.Join(", ", types.Select(static type => $"`{type}`"))})";
}
