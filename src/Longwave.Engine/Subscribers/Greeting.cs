using System.Buffers;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Subscribers;

/// <summary>
/// Finds the start position of a subscriber and writes the first bytes of its stream, for which proxies and browsers wait. For any thread.
/// </summary>
internal sealed class Greeting(EventLog log, EngineOptions options)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>Writes the greeting of a subscriber that has not been passed to its shard yet.</summary>
    public void Write(Subscriber subscriber)
    {
        SubscribeRequest request = subscriber.Request;
        ArrayBufferWriter<byte> scratch = _scratch ??= new ArrayBufferWriter<byte>(256);
        scratch.ResetWrittenCount();
        string? reset = SetStart(subscriber);
        if (request.Streaming)
        {
            double retry = options.RetryMin.TotalMilliseconds + ((options.RetryMax - options.RetryMin).TotalMilliseconds * Random.Shared.NextDouble());

            // The position of a stream must never go back, and clients read it from the greeting and from heartbeats. The greeting therefore has the
            // start position of the stream, not the tip of the log, which a stream that catches up has not reached yet.
            EventFrames.WriteGreeting(scratch, request.Format, new Position(log.Epoch, subscriber.SentThrough), (int)retry);
        }

        if (reset is not null)
        {
            // At the live edge, EventSource would otherwise send its invalid position again, and miss the events until the first one that it received.
            // With `since`, the same request finds the same start again.
            Position? start = request.Since.Kind == SinceKind.Live ? new Position(log.Epoch, subscriber.SentThrough) : null;
            ControlEvents.WriteReset(scratch, request.Format, log.Epoch, reset, start);
        }

        if (scratch.WrittenCount > 0)
        {
            byte[] chunk = Chunk.Of(scratch.WrittenSpan);
            subscriber.IsBlocked = !subscriber.Sink.TrySend(new FrameBatch(chunk, [chunk.Length], isShared: true), out _);
        }
    }

    /// <summary>Sets the start position. Returns the reason if the client's position does not belong to this log, otherwise null.</summary>
    private string? SetStart(Subscriber subscriber)
    {
        SubscribeRequest request = subscriber.Request;
        long tip = log.Tip;
        string? reset = request.Reset;
        if (request.LastEventId is { } last)
        {
            bool parsed = Position.TryParse(last, out Position position);
            if (parsed && position.Epoch == log.Epoch && position.Offset <= tip)
            {
                subscriber.SentThrough = position.Offset;
                subscriber.Backlog.NeedsReader = position.Offset < tip;
                (subscriber.Start, subscriber.Backlog.ResumedThrough) = (StreamStart.Resumed, tip);
                return null;
            }

            reset = !parsed ? "malformed" : position.Epoch != log.Epoch ? "unknown-epoch" : "ahead";
        }

        switch (request.Since.Kind)
        {
            case SinceKind.Earliest:
                (subscriber.Backlog.RemovalsKnownThrough, subscriber.Backlog.NeedsReader) = (tip, tip > 0);
                subscriber.Start = StreamStart.Earliest;
                break;
            case SinceKind.Time:
                (subscriber.Backlog.StartTimeUnixMs, subscriber.Backlog.NeedsReader) = (request.Since.TimeUnixMs, true);
                subscriber.Start = StreamStart.Time;
                break;
            default:
                subscriber.SentThrough = tip;
                break;
        }

        subscriber.Start = reset is null ? subscriber.Start : StreamStart.Reset;
        return reset;
    }
}
