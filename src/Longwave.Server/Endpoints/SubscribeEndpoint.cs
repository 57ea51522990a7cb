using System.Runtime.Versioning;
using Longwave.Engine;
using Longwave.Engine.Subscribers;
using Longwave.Server.Admission;
using Longwave.Server.Connections;
using Longwave.Server.Identity;
using Longwave.Server.Json;
using Longwave.Server.Problems;
using Longwave.Server.Requests;
using Longwave.Server.Streaming;
using Longwave.Server.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Longwave.Server.Endpoints;

/// <summary><c>GET /v1/events</c>: a stream (SSE or lines), or one answer (poll).</summary>
internal sealed class SubscribeEndpoint(StreamOpener opener, LongwaveOptions options, AdmissionControl admission, Refusals refusals, TimeProvider clock)
{
    /// <summary>How long a client may take for what was already on its way when its right to it ended.</summary>
    private static readonly TimeSpan IdentityEndGrace = TimeSpan.FromMilliseconds(500);

    public async Task HandleAsync(HttpContext context)
    {
        if (EventsQuery.TryRead(context.Request, options.Engine.Limits, out EventsQuery query) is { } wrong)
        {
            await refusals.WriteAsync(context, wrong);
            return;
        }

        Authentication admitted = await opener.AdmitAsync(context, query);
        if (!admitted.TryGet(out Caller? caller, out Problem? problem))
        {
            await refusals.WriteAsync(context, problem);
            return;
        }

        SetHeaders(context.Response.Headers, query.Media);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (admission.TryAdmitStream(context, caller.Owner, out StreamPlace? place) is { } full)
        {
            context.Response.Clear();
            await refusals.WriteAsync(context, full);
            return;
        }

        query = place is null ? query : query with { Request = query.Request with { Place = place } };
        await (query.Media == EventsMedia.Json ? PollAsync(context, caller, query) : StreamAsync(context, caller, query));
    }

    private static void SetHeaders(IHeaderDictionary headers, EventsMedia media)
    {
        headers.ContentType = media switch
        {
            EventsMedia.EventStream => "text/event-stream",
            EventsMedia.Ndjson => "application/x-ndjson",
            _ => JsonAnswer.MediaType,
        };
        headers.CacheControl = "no-store";
        headers.Vary = "Accept";

        // nginx would collect the stream in its buffers.
        headers["X-Accel-Buffering"] = "no";
    }

    private Task StreamAsync(HttpContext context, Caller caller, EventsQuery query) =>
        OperatingSystem.IsLinux() && CanPark(context) && context.Features.Get<IParkableConnection>() is { } connection
            ? ParkAsync(context, caller, query, connection)
            : PipeAsync(context, caller, query);

    /// <summary>A response that goes to the socket as it is: no TLS and no other protocol below it, no compression or the like above.</summary>
    private static bool CanPark(HttpContext context) =>
        context.Request.Protocol == "HTTP/1.1"
        && ReferenceEquals(context.Features.Get<IHttpResponseBodyFeature>(), context.Features.Get<IHttpResponseFeature>());

    /// <summary>Lets the web server write the head of the response, then takes the socket from it. The stream lives on when the request has ended.</summary>
    [SupportedOSPlatform("linux")]
    private async Task ParkAsync(HttpContext context, Caller caller, EventsQuery query, IParkableConnection connection)
    {
        var sink = new SocketSink();
        SubscribeOutcome outcome = opener.TryAdmit(context, caller, query.Request, sink, out Subscriber? subscriber);
        if (outcome != SubscribeOutcome.Accepted)
        {
            await RefuseAsync(context, outcome);
            return;
        }

        bool parked = false;
        try
        {
            connection.HoldOutput();
            await context.Response.StartAsync();
            await context.Response.BodyWriter.FlushAsync();
            parked = connection.TryPark(sink, await connection.HeldAsync());
        }
        catch (ConnectionAbortedException)
        {
            // The client left before its stream began.
        }
        finally
        {
            if (!parked)
            {
                opener.Abandon(subscriber!);
                context.Abort();
            }
        }

        if (parked)
        {
            opener.Start(subscriber!);
        }
    }

    /// <summary>The engine writes everything, the headers' flush included; this waits until it is done.</summary>
    private async Task PipeAsync(HttpContext context, Caller caller, EventsQuery query)
    {
        // A slow reader is the engine's business (its stall time-out); the web server would cut it off after five seconds.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        SocketTimeouts.LimitUnacknowledged(context, options.Engine.StallTimeout);

        var sink = new PipeWriterSink(context.Response.BodyWriter);
        SubscribeOutcome outcome = opener.TrySubscribe(context, caller, query.Request, sink, out Subscriber? subscriber);
        if (outcome != SubscribeOutcome.Accepted)
        {
            await RefuseAsync(context, outcome);
            return;
        }

        CloseReason reason;
        using (CloseWhenClientLeaves(context, subscriber!))
        {
            reason = await subscriber!.Completion;
        }

        await EndAsync(context, sink, reason);
    }

    /// <summary>Ends the response cleanly when the client can still see it, and in bounded time.</summary>
    private async Task EndAsync(HttpContext context, PipeWriterSink sink, CloseReason reason)
    {
        if (StreamEnds.IsClean(reason))
        {
            TimeSpan grace = StreamEnds.IsOfIdentity(reason) && options.Server.EndGrace > IdentityEndGrace ? IdentityEndGrace : options.Server.EndGrace;
            try
            {
                await sink.SettledAsync().WaitAsync(grace, clock);
                await context.Response.CompleteAsync().WaitAsync(grace, clock);
                return;
            }
            catch (TimeoutException)
            {
                // The client takes nothing; what it was told is lost to it, as it would be with any connection that breaks.
            }
        }

        context.Abort();
        await sink.SettledAsync();
    }

    private async Task PollAsync(HttpContext context, Caller caller, EventsQuery query)
    {
        var sink = new PollSink(query.Limit, options.Server.MaxPollBytes);
        SubscribeOutcome outcome = opener.TrySubscribe(context, caller, query.Request, sink, out Subscriber? subscriber);
        if (outcome != SubscribeOutcome.Accepted)
        {
            await RefuseAsync(context, outcome);
            return;
        }

        CloseReason reason;
        using (CloseWhenClientLeaves(context, subscriber!))
        await using (ITimer? timer = query.Wait > TimeSpan.Zero
            ? clock.CreateTimer(static sink => ((PollSink)sink!).Expire(), sink, query.Wait, Timeout.InfiniteTimeSpan)
            : null)
        {
            reason = await subscriber!.Completion;
        }

        if (reason == CloseReason.ClientGone)
        {
            context.Abort();
        }
        else if (StreamEnds.IsOfIdentity(reason))
        {
            // What it had gathered is not the caller's any more.
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
                    ? new Problem(ProblemTypes.ShuttingDown, "The hub is leaving; poll again.")
                    : new Problem(ProblemTypes.InternalError, "The log could not be read; the hub's log says why."));
        }
    }

    private static Problem EndOf(CloseReason reason) => reason switch
    {
        CloseReason.TokenExpired => new Problem(ProblemTypes.InvalidToken, "The token has expired while the poll waited."),
        CloseReason.Revoked => new Problem(ProblemTypes.InvalidToken, "The token has been revoked while the poll waited."),
        CloseReason.GrantsNarrowed => new Problem(ProblemTypes.Forbidden, "The poll was renewed with a token that does not grant it."),
        _ => new Problem(ProblemTypes.Forbidden, "An administrator ended the poll."),
    };

    private static CancellationTokenRegistration CloseWhenClientLeaves(HttpContext context, Subscriber subscriber) =>
        context.RequestAborted.UnsafeRegister(static s => ((Subscriber)s!).Close(CloseReason.ClientGone), subscriber);

    private Task RefuseAsync(HttpContext context, SubscribeOutcome outcome)
    {
        context.Response.Clear();
        return refusals.WriteAsync(context, outcome switch
        {
            SubscribeOutcome.TooManyConnections => new Problem(
                ProblemTypes.TooManyConnections, $"{options.Engine.Limits.MaxConnections} streams are open, as many as this hub takes."),
            SubscribeOutcome.TooManyPatterns => new Problem(
                ProblemTypes.TooManyPatterns,
                $"{options.Engine.Limits.MaxPatterns} different patterns are subscribed, as many as this hub takes; exact topics are still free.",
                "topic"),
            _ => new Problem(ProblemTypes.ShuttingDown, "The hub is leaving and takes no new streams."),
        });
    }
}
