using System.IO.Pipelines;
using System.Text;
using System.Text.Unicode;
using Longwave.Engine.Subscribers;
using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Epoll;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Subscribe;

/// <summary>
/// <c>GET /v1/events</c>: a stream (SSE or lines), or one answer (poll). <c>QUERY /v1/events</c> and <c>POST /v1/subscribe</c> are the same with parameters in the
/// body, for lists of topics that are too long for a URL.
/// </summary>
internal sealed class SubscribeEndpoint(
    StreamOpener opener, PatternCompiler compiler, FormBody form, StreamResponse streams, UnavailableResponse unavailable, LongwaveOptions options, EndpointGuard refusals,
    TimeProvider clock)
{
    /// <summary>Methods of <c>POST /v1/subscribe</c>, in the format of <c>Allow</c>.</summary>
    private const string BodyMethods = "POST, OPTIONS";

    /// <summary>Whether the method is <c>QUERY</c>: a safe request whose parameters are in the body (RFC 10008).</summary>
    public static bool IsQuery(string method) => method == "QUERY";

    /// <summary>A subscription with parameters in the query.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        (Problem? problem, EventsQuery query) = await ReadAsync(context, context.Request.QueryString.Value);
        if (problem is null && (await opener.AdmitAsync(context, query)).TryGet(out Caller? caller, out problem))
        {
            await AnswerAsync(context, caller, query);
        }
        else
        {
            await WriteAsync(context, problem!);
        }
    }

    /// <summary><c>POST /v1/subscribe</c>, for proxies that do not forward <c>QUERY</c>.</summary>
    public async Task HandlePostAsync(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            context.Response.Headers["Accept-Post"] = FormBody.MediaType;
        }

        if (!await refusals.AnswerMethodAsync(context, BodyMethods))
        {
            await HandleBodyAsync(context);
        }
    }

    /// <summary>A subscription with parameters in the body, after those of the query.</summary>
    public async Task HandleBodyAsync(HttpContext context)
    {
        EventsQuery query = null!;
        if ((await opener.AuthenticateAsync(context)).TryGet(out Caller? caller, out Problem? problem))
        {
            problem = await form.ReadAsync(context, caller.Owner, async (body, _) =>
            {
                (Problem? wrong, query) = await ReadBodyAsync(context, body);
                return wrong;
            }) ?? StreamOpener.Refuse(caller, query.Request);
        }

        await (problem is null ? AnswerAsync(context, caller!, query) : WriteAsync(context, problem));
    }

    private async ValueTask<(Problem? Problem, EventsQuery Query)> ReadBodyAsync(HttpContext context, byte[] body)
    {
        if (!Utf8.IsValid(body))
        {
            return (new Problem(ProblemTypes.InvalidUtf8, "The form must be UTF-8.", "body"), null!);
        }

        (Problem? problem, EventsQuery query) = await ReadAsync(context, $"{context.Request.QueryString.Value}&{Encoding.UTF8.GetString(body)}");
        if (problem is null && (query.Ticket ?? query.AccessToken) is not null)
        {
            // A ticket is bound to the query of its first request, so it cannot protect a body.
            problem = new Problem(
                ProblemTypes.InvalidParameter, "Tickets and tokens as parameters are for GET; send `Authorization: Bearer`.", query.Ticket is null ? "access_token" : "ticket");
        }

        return (problem, query);
    }

    private async ValueTask<(Problem? Problem, EventsQuery Query)> ReadAsync(HttpContext context, string? parameters)
    {
        EventsQuery query = null!;
        Problem? problem = await compiler.RunAsync(context, () => EventsQuery.TryRead(context.Request, parameters, options.Engine.Limits, clock, out query));
        return (problem, query);
    }

    private async Task AnswerAsync(HttpContext context, Caller caller, EventsQuery query)
    {
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
