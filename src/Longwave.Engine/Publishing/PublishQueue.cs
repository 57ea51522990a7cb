using Longwave.Engine.Configuration;

namespace Longwave.Engine.Publishing;

/// <summary>Bounded queue of publish requests for the writer thread, which takes them in groups.</summary>
internal sealed class PublishQueue(HubLimits limits)
{
    // Guards _waiting, _bytes, _closed and _isWoken; the writer waits on it.
    private readonly object _gate = new();
    private readonly Queue<PublishRequest> _waiting = [];
    private long _bytes;
    private bool _closed;
    private bool _isWoken;

    /// <summary>Number of queued requests and size of their data, in bytes.</summary>
    public (int Requests, long Bytes) Size
    {
        get
        {
            lock (_gate)
            {
                return (_waiting.Count, _bytes);
            }
        }
    }

    /// <summary>Adds a request. Returns null, or the reason of the rejection.</summary>
    public PublishOutcome? TryAdd(PublishRequest request)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return PublishOutcome.ShuttingDown;
            }

            // An empty queue accepts any request within the limits of a request.
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
    /// Fills <paramref name="batch"/> with queued requests, up to the limits of one transaction. If the queue is empty, waits for a request until the
    /// time is over. No timer collects a batch: it consists of the requests that arrived during the previous sync.
    /// </summary>
    /// <returns>False if the queue is closed and empty.</returns>
    public bool Take(List<PublishRequest> batch, TimeSpan patience)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && !_closed && !_isWoken && patience > TimeSpan.Zero)
            {
                Monitor.Wait(_gate, patience);
            }

            _isWoken = false;

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

    /// <summary>Ends the current or the next wait of the writer early, for work that is not a publish request.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Closes the queue for new requests; the queued ones are still written.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
