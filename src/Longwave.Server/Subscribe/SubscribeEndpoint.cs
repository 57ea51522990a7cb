using System.IO.Pipelines;
using Longwave.Engine.Subscribers;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Epoll;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary><c>GET /v1/events</c>: a stream (SSE or lines), or one answer (poll).</summary>
internal sealed class SubscribeEndpoint(
    StreamOpener opener, PatternCompiler compiler, StreamResponse streams, UnavailableResponse unavailable, LongwaveOptions options, EndpointGuard refusals,
    TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        EventsQuery query = null!;
        if (await compiler.RunAsync(context, () => EventsQuery.TryRead(context.Request, options.Engine.Limits, clock, out query)) is { } wrong)
        {
            await WriteAsync(context, wrong);
            return;
        }

        Authentication admitted = await opener.AdmitAsync(context, query);
        if (!admitted.TryGet(out Caller? caller, out Problem? problem))
        {
            await WriteAsync(context, problem);
            return;
        }

        if (opener.TryEnd(context, caller, query.Request))
        {
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
        PipeWriter pipe = context.Response.BodyWriter;
        PollSink NewSink(AnswerRoom room) => new(new PipeOutput(pipe, room, AnswerRoom.PieceBytes), room, query.Limit, options.Server.MaxPollBytes);
        if (opener.TrySubscribe(context, caller, query.Request, NewSink, out PollSink? sink, out Subscriber? subscriber) is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        // A poll without a wait ends once it is live; if the log is long and few events match, the next poll continues.
        TimeSpan wait = query.Wait > TimeSpan.Zero ? query.Wait : options.Engine.Heartbeat;
        CloseReason reason;
        using (StreamResponse.CloseWhenClientLeaves(context, subscriber!))
        await using (ITimer timer = clock.CreateTimer(static sink => ((PollSink)sink!).Expire(), sink, wait, Timeout.InfiniteTimeSpan))
        {
            reason = await subscriber!.Completion;
        }

        try
        {
            await EndAsync(context, sink!, reason);
        }
        finally
        {
            // Also after an exception: the pipe must not return to the web server while a flush is pending.
            await sink!.DropAsync();
            sink.Release();
        }
    }

    /// <summary>Ends the answer: with the end of the document, with a rejection, or by aborting a response that has begun and can't be completed.</summary>
    private async Task EndAsync(HttpContext context, PollSink sink, CloseReason reason)
    {
        // After the end of the identity, the caller no longer has the right to read the events.
        bool isEnded = StreamEnds.IsOfIdentity(reason);
        if (reason is CloseReason.ClientGone or CloseReason.Stalled || (sink.IsInPipe && (isEnded || sink.Next is null)))
        {
            context.Abort();
        }
        else if (isEnded || sink.Rejection is not null || sink.Next is null)
        {
            await RefuseAsync(context, isEnded ? EndOf(reason) : sink.Rejection ?? NothingRead(reason));
        }
        else if (!sink.IsInPipe)
        {
            PollResponse.WriteEnd(sink.First, sink.Next, sink.Notices);
            await JsonResponse.WriteAsync(context, JsonResponse.MediaType, sink.First.WrittenMemory);
        }
        else if (await HasSentAsync(sink))
        {
            PollResponse.WriteEnd(context.Response.BodyWriter, sink.Next, sink.Notices);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        else
        {
            context.Abort();
        }
    }

    /// <summary>Waits until the events are sent, at most as long as a stream may accept nothing.</summary>
    private async Task<bool> HasSentAsync(PollSink sink)
    {
        try
        {
            await sink.SettledAsync().WaitAsync(options.Engine.StallTimeout, clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private Problem NothingRead(CloseReason reason) => reason == CloseReason.Drain
        ? new Problem(ProblemTypes.ShuttingDown, "The hub is shutting down; poll again.") { RetryAfter = opener.UntilRestart }
        : new Problem(ProblemTypes.InternalError, "The event log could not be read; see the hub's log messages for the cause.");

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
