using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Epoll;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary><c>GET /v1/events</c>: a stream (SSE or lines), or one answer (poll).</summary>
internal sealed class SubscribeEndpoint(
    StreamOpener opener, StreamAnswer streams, UnavailableAnswer unavailable, LongwaveOptions options, EndpointGuard refusals, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (EventsQuery.TryRead(context.Request, options.Engine.Limits, clock, out EventsQuery query) is { } wrong)
        {
            await refusals.WriteAsync(context, wrong);
            return;
        }

        Authentication admitted = await opener.AdmitAsync(context, query);
        if (!admitted.TryGet(out Caller? caller, out Problem? problem))
        {
            await WriteAsync(context, problem);
            return;
        }

        StreamHeaders.Set(context.Response.Headers, query.Media);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await (query.Media == EventsMedia.Json ? PollAsync(context, caller, query)
            : streams.WriteAsync(context, caller, query.Request, refusal => RefuseAsync(context, refusal)));
    }

    private async Task PollAsync(HttpContext context, Caller caller, EventsQuery query)
    {
        var sink = new PollSink(query.Limit, options.Server.MaxPollBytes);
        if (opener.TrySubscribe(context, caller, query.Request, sink, out Subscriber? subscriber) is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        // A poll without a wait ends once it is live; if the log is long and few events match, the next poll continues.
        TimeSpan wait = query.Wait > TimeSpan.Zero ? query.Wait : options.Engine.Heartbeat;
        CloseReason reason;
        using (StreamAnswer.CloseWhenClientLeaves(context, subscriber!))
        await using (ITimer timer = clock.CreateTimer(static sink => ((PollSink)sink!).Expire(), sink, wait, Timeout.InfiniteTimeSpan))
        {
            reason = await subscriber!.Completion;
        }

        if (reason == CloseReason.ClientGone)
        {
            context.Abort();
        }
        else if (StreamEnds.IsOfIdentity(reason))
        {
            // The caller no longer has the right to read the collected events.
            context.Response.Clear();
            await refusals.WriteAsync(context, EndOf(reason));
        }
        else if (PollAnswer.TryWrite(sink) is { } body)
        {
            await JsonAnswer.WriteAsync(context, JsonAnswer.MediaType, body);
        }
        else
        {
            context.Response.Clear();
            await refusals.WriteAsync(
                context,
                reason == CloseReason.Drain
                    ? new Problem(ProblemTypes.ShuttingDown, "The hub is shutting down; poll again.") { RetryAfter = opener.UntilRestart }
                    : new Problem(ProblemTypes.InternalError, "The event log could not be read; see the hub's log messages for the cause."));
        }
    }

    private static Problem EndOf(CloseReason reason) => reason switch
    {
        CloseReason.TokenExpired => new Problem(ProblemTypes.InvalidToken, "The token expired during the poll."),
        CloseReason.Revoked => new Problem(ProblemTypes.InvalidToken, "The token was revoked during the poll."),
        CloseReason.GrantsNarrowed => new Problem(ProblemTypes.Forbidden, "The poll was renewed with a token that does not grant it."),
        _ => new Problem(ProblemTypes.Forbidden, "An administrator ended the poll."),
    };

    private Task RefuseAsync(HttpContext context, Problem problem)
    {
        context.Response.Clear();
        return WriteAsync(context, problem);
    }

    private async Task WriteAsync(HttpContext context, Problem problem)
    {
        if (!await unavailable.TryWriteAsync(context, problem))
        {
            await refusals.WriteAsync(context, problem);
        }
    }
}
