using Longwave.Engine.Subscribers;
using Longwave.Protocol.Urls;
using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary><c>GET</c> and <c>QUERY /.well-known/mercure</c>: a stream of updates.</summary>
internal sealed class MercureSubscribeEndpoint(
    RunningHub hub,
    LongwaveOptions options,
    MercureAuthenticator authenticator,
    PatternCompiler compiler,
    HubAddress address,
    HeaderEncoding encoding,
    FormBody form,
    StreamOpener opener,
    StreamResponse streams,
    UnavailableResponse unavailable,
    ActiveSubscriptions active,
    MercureProblems refusals)
{
    public async Task HandleAsync(HttpContext context)
    {
        var query = new FormFields();
        bool isText = query.TryAddQuery(context.Request.QueryString.Value, FormFields.MaxFields);
        bool hasBody = SubscribeEndpoint.IsQuery(context.Request.Method);
        Dialect dialect = hasBody || MercureTopics.IsCurrent(query) ? Dialect.Current : Dialect.Legacy;
        if (!isText)
        {
            await refusals.WriteAsync(context, dialect, FormFields.Malformed("query"));
            return;
        }

        MercureCaller found = await authenticator.AuthenticateAsync(context, MercureRole.Subscriber, query, dialect);
        dialect = found.Dialect;
        if (!found.TryGet(out Caller? caller, out Problem? problem))
        {
            await WriteAsync(context, dialect, problem);
            return;
        }

        // Before reading the body: a caller that may not read must not cost the hub a body.
        problem = hasBody && !caller.Reads ? Authenticator.Forbid(caller, "No grant allows subscribing.")
            : !AcceptHeader.AllowsEventStream(context.Request.Headers.Accept)
                ? new Problem(ProblemTypes.NotAcceptable, "`Accept` does not allow `text/event-stream`, the only media type of this endpoint.", "Accept")
                : null;
        problem ??= hasBody ? await form.ReadAsync(
            context, caller.Owner, (body, _) => ValueTask.FromResult(query.TryAdd(body, FormFields.MaxFields) ? null : FormFields.Malformed("body"))) : null;
        UrlParts hubUrl = address.PartsOf(context);
        MercureTopics topics = null!;
        problem ??= await compiler.RunAsync(context, () => MercureTopics.TryRead(query, dialect, hubUrl, options.Engine.Limits, out topics));
        MercureSubscription? subscription = problem is null ? MercureSubscription.Of(context.Request, query, dialect, topics, hub.Engine) : null;
        problem ??= StreamOpener.Refuse(caller, subscription!.Request);
        if (problem is not null)
        {
            await WriteAsync(context, dialect, problem);
            return;
        }

        await AnswerAsync(context, found, caller, subscription!);
    }

    private async Task AnswerAsync(HttpContext context, MercureCaller found, Caller caller, MercureSubscription subscription)
    {
        if (opener.TryEnd(context, caller, subscription.Request))
        {
            return;
        }

        SetHeaders(context, found, subscription);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        UrlParts hubUrl = address.PartsOf(context);
        await streams.WriteAsync(
            context,
            caller,
            subscription.Request,
            problem =>
            {
                context.Response.Clear();
                return WriteAsync(context, found.Dialect, problem);
            },
            options.Mercure.Subscriptions ? subscriber => active.Add(hubUrl.Path, subscription.Matchers, MercureClaims.Of(caller), subscriber) : null);
    }

    private async Task WriteAsync(HttpContext context, Dialect dialect, Problem problem)
    {
        if (!await unavailable.TryWriteAsync(context, problem))
        {
            await refusals.WriteAsync(context, dialect, problem);
        }
    }

    private void SetHeaders(HttpContext context, MercureCaller found, MercureSubscription subscription)
    {
        IHeaderDictionary headers = context.Response.Headers;
        StreamHeaders.Set(headers, EventsMedia.EventStream);
        if (found.ByQuery)
        {
            headers.CacheControl = $"private, {headers.CacheControl}";
        }

        headers.Link = $"<{address.Of(context)}>; rel=\"mercure\"";
        if (subscription.Cursor is { } cursor)
        {
            string name = found.Dialect == Dialect.Legacy ? "Last-Event-ID" : "Mercure-Last-Event-ID";
            headers[name] = encoding.CanSend(name, cursor) ? cursor : subscription.Position(hub.Engine.Tip.Epoch);
        }
    }
}
