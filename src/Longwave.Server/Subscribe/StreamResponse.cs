using System.IO.Pipelines;
using System.Runtime.Versioning;
using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Epoll;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Subscribe;

/// <summary>Answers with a stream: parked if the hub can take over the socket, otherwise as a response of the web server.</summary>
internal sealed partial class StreamResponse(StreamOpener opener, LongwaveOptions options, TimeProvider clock, ILogger<StreamResponse> logger)
{
    /// <summary>Grace for bytes already queued when the stream's identity ended.</summary>
    private static readonly TimeSpan IdentityEndGrace = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly LogThrottle _headsTooLarge = new(LogInterval, clock);

    /// <summary>Opens the stream, and returns when the request is no longer involved. Status and headers must be set before.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">The owner of the stream.</param>
    /// <param name="request">The subscription.</param>
    /// <param name="refuse">Answers when the stream is rejected.</param>
    /// <param name="admitted">Called before the first event of an admitted stream is sent, or null.</param>
    public Task WriteAsync(
        HttpContext context, Caller caller, SubscribeRequest request, Func<Problem, Task> refuse, Action<Subscriber>? admitted = null) =>
        OperatingSystem.IsLinux() && CanPark(context) && context.Features.Get<IParkableConnection>() is { } connection
            ? ParkAsync(context, caller, request, connection, refuse, admitted)
            : PipeAsync(context, caller, request, refuse, admitted);

    /// <summary>Whether the response bytes go to the socket unchanged: no TLS or other protocol below, no compression or other wrapper above.</summary>
    private static bool CanPark(HttpContext context) =>
        context.Request.Protocol == "HTTP/1.1"
        && ReferenceEquals(context.Features.Get<IHttpResponseBodyFeature>(), context.Features.Get<IHttpResponseFeature>());

    /// <summary>Lets the web server write the head of the response, then takes over the socket. The stream continues after the request has ended.</summary>
    [SupportedOSPlatform("linux")]
    private async Task ParkAsync(
        HttpContext context, Caller caller, SubscribeRequest request, IParkableConnection connection, Func<Problem, Task> refuse, Action<Subscriber>? admitted)
    {
        if (opener.TryAdmit(context, caller, request, static room => new SocketSink(room), out SocketSink? sink, out Subscriber? subscriber) is { } problem)
        {
            await refuse(problem);
            return;
        }

        ParkOutcome parked = ParkOutcome.ClientGone;
        try
        {
            connection.HoldOutput();
            await context.Response.StartAsync();
            await context.Response.BodyWriter.FlushAsync();
            EndConnectionAfter(context);
            parked = connection.Park(sink!);
        }
        catch (ConnectionAbortedException)
        {
            // The client disconnected before its stream began.
        }
        finally
        {
            if (parked != ParkOutcome.Parked)
            {
                opener.Abandon(subscriber!);
                context.Abort();
            }
        }

        if (parked == ParkOutcome.HeadTooLarge)
        {
            if (_headsTooLarge.TryTake(out long count))
            {
                LogHeadTooLarge(EpollStream.MaxHeldBytes, count);
            }
        }
        else if (parked == ParkOutcome.Parked)
        {
            Start(subscriber!, admitted);
        }
    }

    /// <summary>Waits while the engine writes the whole response, including the flush of the headers.</summary>
    private async Task PipeAsync(
        HttpContext context, Caller caller, SubscribeRequest request, Func<Problem, Task> refuse, Action<Subscriber>? admitted)
    {
        // The engine handles a slow client (its stall timeout); the web server would abort it after five seconds.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        SocketTimeouts.LimitUnacknowledged(context, options.Engine.StallTimeout);

        PipeWriter pipe = context.Response.BodyWriter;
        if (opener.TryAdmit(context, caller, request, room => new PipeWriterSink(pipe, room), out PipeWriterSink? sink, out Subscriber? subscriber) is { } problem)
        {
            await refuse(problem);
            return;
        }

        Start(subscriber!, admitted);
        CloseReason reason;
        using (CloseWhenClientLeaves(context, subscriber!))
        {
            reason = await subscriber!.Completion;
        }

        EndConnectionAfter(context);
        await EndAsync(context, sink!, reason);
    }

    /// <summary>Starts the stream even after an exception, because only its end returns its counts and its socket.</summary>
    private void Start(Subscriber subscriber, Action<Subscriber>? admitted)
    {
        try
        {
            admitted?.Invoke(subscriber);
        }
        catch
        {
            subscriber.Close(CloseReason.Error);
            throw;
        }
        finally
        {
            opener.Start(subscriber);
        }
    }

    /// <summary>Ends the response in bounded time: cleanly if the client still reads, otherwise by aborting it.</summary>
    private async Task EndAsync(HttpContext context, PipeWriterSink sink, CloseReason reason)
    {
        if (StreamEnds.IsClean(reason) && !sink.IsCut)
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
                // The client reads nothing; the last bytes are lost, as with any broken connection.
            }
        }

        sink.Drop();
        context.Abort();
        await sink.SettledAsync();
    }

    /// <summary>
    /// Makes a stream the last response of its HTTP/1 connection. Otherwise the web server would execute requests that the client sent behind the
    /// stream's; behind a parked stream they would have no response, and their polls would not notice when the client disconnects.
    /// </summary>
    /// <remarks>Call it when the head of the response has been written: before, it would add <c>Connection: close</c>.</remarks>
    private static void EndConnectionAfter(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    /// <summary>Closes the stream when the client aborts the request or ends its side: a client that has left also ends its side, and sends nothing else.</summary>
    public static CancellationTokenRegistration CloseWhenClientLeaves(HttpContext context, Subscriber subscriber)
    {
        CancellationTokenRegistration left = context.RequestAborted.UnsafeRegister(static s => ((Subscriber)s!).Close(CloseReason.ClientGone), subscriber);
        if (OperatingSystem.IsLinux())
        {
            context.Features.Get<IParkableConnection>()?.LeaveAtEnd();
        }

        return left;
    }

    [LoggerMessage(EventId = 2110, Level = LogLevel.Error, Message = "A stream was rejected and its connection closed: the head of its response is larger than {Most} bytes; streams since the last such line: {Count}. Send fewer or shorter response headers, or set Server:ParkStreams to false")]
    private partial void LogHeadTooLarge(int most, long count);
}
