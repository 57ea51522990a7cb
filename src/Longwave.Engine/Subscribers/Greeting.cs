using System.Buffers;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Sets the start position of a subscriber and writes the first bytes of its stream, for which proxies and browsers wait. For any thread.
/// </summary>
internal sealed class Greeting(EventLog log, StartResolver starts, EngineOptions options)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>Writes the greeting of a subscriber that has not been passed to its shard yet.</summary>
    public void Write(Subscriber subscriber)
    {
        SubscribeRequest request = subscriber.Request;
        ArrayBufferWriter<byte> scratch = _scratch ??= new ArrayBufferWriter<byte>(256);
        scratch.ResetWrittenCount();
        long tip = log.Tip;
        StartPosition start = request.Start ?? starts.Resolve(request);
        StartAt(subscriber, start, tip);
        if (request.Streaming)
        {
            double retry = options.RetryMin.TotalMilliseconds + ((options.RetryMax - options.RetryMin).TotalMilliseconds * Random.Shared.NextDouble());

            // The position of a stream must never go back, and clients read it from the greeting and from heartbeats. The greeting therefore has the
            // start position of the stream, not the tip of the log, which a stream that catches up has not reached yet.
            EventFrames.WriteGreeting(scratch, request.Format, new Position(log.Epoch, subscriber.SentThrough), (int)retry);
        }

        if (start.Reset is { } reset)
        {
            // At the live edge, EventSource would otherwise send its invalid position again, and miss the events until the first one that it received.
            // With `since`, the same request finds the same start again.
            Position? continued = request.Since.Kind == SinceKind.Live ? new Position(log.Epoch, subscriber.SentThrough) : null;
            ControlEvents.WriteReset(scratch, request.Format, log.Epoch, reset, continued);
        }
        else if (request.NeedsStartEvent && start.Kind == StreamStart.Live)
        {
            // Every other start is one that the same request finds again.
            ControlEvents.WriteStart(scratch, request.Format, new Position(log.Epoch, subscriber.SentThrough));
        }

        if (scratch.WrittenCount > 0)
        {
            byte[] chunk = Chunk.Of(scratch.WrittenSpan);
            subscriber.IsBlocked = !subscriber.Sink.TrySend(new FrameBatch(chunk, [chunk.Length], isShared: true), out _);
        }
    }

    private static void StartAt(Subscriber subscriber, in StartPosition start, long tip)
    {
        subscriber.Start = start.Kind;
        subscriber.SentThrough = start.After;
        subscriber.Backlog.RemovalsKnownThrough = start.RemovalsKnownThrough;
        subscriber.Backlog.StartTimeUnixMs = start.TimeUnixMs;
        subscriber.Backlog.LastEvents = start.LastEvents;
        subscriber.Backlog.NeedsReader = subscriber.Backlog.IsStartPending || start.After < tip;
        if (start.Kind == StreamStart.Resumed)
        {
            subscriber.Backlog.ResumedThrough = tip;
        }
    }
}
