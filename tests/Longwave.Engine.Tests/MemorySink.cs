using System.Threading.Channels;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests;

/// <summary>A client in memory that parses its stream. It can stop reading, like a slow client.</summary>
internal sealed class MemorySink : ISink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EventStreamParser _parser = new(new EventStreamParserOptions());
    private readonly Channel<ServerSentEvent> _events = Channel.CreateUnbounded<ServerSentEvent>();
    private readonly Lock _gate = new();
    private bool _closed;
    private bool _owesSignal;

    public Subscriber? Subscriber { get; private set; }

    public TaskCompletionSource<Position> Live { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<CloseReason> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the hub knows that the client does not read.</summary>
    public TaskCompletionSource Refused { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Bytes { get; private set; }

    /// <summary>Size of the accepted frames in bytes, with chunk framing.</summary>
    public long ChunkBytes { get; private set; }

    public int Flushes { get; private set; }

    public string LastEventId => _parser.LastEventId;

    /// <summary>The client stops reading: the next flush is not done before <see cref="Open"/>.</summary>
    public void Block()
    {
        lock (_gate)
        {
            _closed = true;
            if (Refused.Task.IsCompleted)
            {
                Refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public void Open()
    {
        bool owed;
        lock (_gate)
        {
            (_closed, owed, _owesSignal) = (false, _owesSignal, false);
        }

        if (owed)
        {
            Subscriber!.OnWritable();
        }
    }

    public void Attach(Subscriber subscriber) => Subscriber = subscriber;

    public bool TrySend(FrameBatch batch, out int taken)
    {
        Flushes++;
        bool open;
        lock (_gate)
        {
            _owesSignal = _closed;
            open = !_closed;
        }

        if (!open)
        {
            Refused.TrySetResult();
        }

        // Like a socket: if the client does not read, the sink still accepts a part, at least one frame.
        taken = open ? batch.Count : 1 + (Flushes % batch.Count);
        ChunkBytes += batch.Ends[taken - 1];
        for (int i = 0; i < taken; i++)
        {
            Take(batch[i]);
        }

        return open;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        Bytes += bytes.Length;
        while (_parser.TryRead(ref bytes, out ServerSentEvent parsed))
        {
            _events.Writer.TryWrite(parsed);
        }
    }

    public void OnPosition(Position position, bool isLive)
    {
        if (isLive)
        {
            Live.TrySetResult(position);
        }
    }

    public void Complete(CloseReason reason)
    {
        _events.Writer.TryComplete();
        Ended.TrySetResult(reason);
    }

    public async Task<ServerSentEvent> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _events.Reader.ReadAsync(patience.Token);
    }

    public async Task<List<string>> TakeDataAsync(int count)
    {
        var data = new List<string>(count);
        while (data.Count < count)
        {
            data.Add((await NextAsync()).Data);
        }

        return data;
    }

    /// <summary>Everything up to the stream's end.</summary>
    public async Task<List<ServerSentEvent>> AllAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _events.Reader.ReadAllAsync(patience.Token).ToListAsync(patience.Token);
    }

    public bool TryNext(out ServerSentEvent next) => _events.Reader.TryRead(out next);

    public Task UntilLiveAsync() => Live.Task.WaitAsync(Patience);
}
