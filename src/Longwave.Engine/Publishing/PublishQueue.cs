using Longwave.Engine.Configuration;

namespace Longwave.Engine.Publishing;

/// <summary>Publish requests on their way to the writer: bounded, and taken in batches.</summary>
internal sealed class PublishQueue(HubLimits limits)
{
    // Guards _waiting, _bytes and _closed; the writer waits on it.
    private readonly object _gate = new();
    private readonly Queue<PublishRequest> _waiting = [];
    private long _bytes;
    private bool _closed;

    /// <summary>Null when it was taken in, else why not.</summary>
    public PublishOutcome? TryAdd(PublishRequest request)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return PublishOutcome.ShuttingDown;
            }

            // An empty queue takes any request that passed the limits of its own.
            if (_waiting.Count >= limits.MaxQueuedRequests || (_waiting.Count > 0 && _bytes + request.Bytes > limits.MaxQueuedBytes))
            {
                return PublishOutcome.QueueFull;
            }

            _waiting.Enqueue(request);
            _bytes += request.Bytes;
            Monitor.Pulse(_gate);
            return null;
        }
    }

    /// <summary>
    /// Fills <paramref name="batch"/> with what waits, up to what one transaction takes; waits for a first request until the time is up.
    /// No timer gathers a batch: it is what arrived while the last one was synced.
    /// </summary>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool Take(List<PublishRequest> batch, TimeSpan patience)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && !_closed && patience > TimeSpan.Zero)
            {
                Monitor.Wait(_gate, patience);
            }

            int events = 0;
            long bytes = 0;
            while (_waiting.TryPeek(out PublishRequest? next)
                && (batch.Count == 0 || (events + next.Count <= limits.MaxCommitEvents && bytes + next.Bytes <= limits.MaxCommitBytes)))
            {
                batch.Add(_waiting.Dequeue());
                events += next.Count;
                bytes += next.Bytes;
            }

            _bytes -= bytes;
            return batch.Count > 0 || !_closed;
        }
    }

    /// <summary>Takes no more; what waits is still written.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
