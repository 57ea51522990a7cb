using Longwave.Engine.Configuration;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Tests.Health;

/// <summary>
/// Each thread of the engine fails once. The hub is unhealthy and names the thread, and nothing waits for it without limit. The tidy rule about
/// background loops requires an entry for every thread.
/// </summary>
public sealed class LoopFailureTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly FaultyClock _clock = new();
    private readonly FaultyLog _log = new();
    private readonly BackgroundLoops _loops;
    private HubEngine _engine;

    public LoopFailureTests()
    {
        _loops = new BackgroundLoops(TimeProvider.System, _log);
        _engine = HubEngine.Open(new EngineOptions { DataDirectory = _directory, Shards = 2, CatchUpReaders = 1 }, _clock, _log, _loops);
    }

    public async ValueTask DisposeAsync()
    {
        // Ends although a thread has failed.
        await _engine.DisposeAsync().AsTask().WaitAsync(Patience);
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Writer_Fails_PublishersAreAnsweredAndStreamsStayOpen()
    {
        MemorySink stream = Open("t");
        await stream.UntilLiveAsync();
        _clock.FailingThread = "longwave-writer";
        await FailedAsync("longwave-writer");
        Assert.Equal(PublishOutcome.Stopped, (await PublishAsync().WaitAsync(Patience)).Outcome);

        _clock.FailingThread = null;
        stream.Subscriber!.Close(CloseReason.Ended);
        Assert.Equal(CloseReason.Ended, await stream.Ended.Task.WaitAsync(Patience));

        // The failed writer releases the directory, so an embedding application can open the hub again.
        await _engine.DisposeAsync().AsTask().WaitAsync(Patience);
        _engine = HubEngine.Open(_engine.Options, _clock, _log);
        Assert.Equal(PublishOutcome.Accepted, (await PublishAsync()).Outcome);
    }

    [Fact]
    public async Task Shard_Fails_ItsStreamsEndAndTheOtherShardsContinue()
    {
        MemorySink[] streams = [Open("t"), Open("t"), Open("t"), Open("t")];
        await Task.WhenAll(streams.Select(static stream => stream.UntilLiveAsync()));

        // The shard reads the clock when it opens a stream. Streams are distributed by number, so one of the next two belongs to shard 0.
        _clock.FailingThread = "longwave-shard-0";
        MemorySink[] later = [Open("t"), Open("t")];
        Assert.Equal(PublishOutcome.Accepted, (await PublishAsync()).Outcome);
        await FailedAsync("longwave-shard-0");
        _clock.FailingThread = null;

        MemorySink[] ended = [.. streams.Concat(later).Where(static stream => stream.Subscriber!.Id % 2 == 0)];
        Assert.Equal(3, ended.Length);
        Assert.All(await Task.WhenAll(ended.Select(static stream => stream.Ended.Task.WaitAsync(Patience))), static reason => Assert.Equal(CloseReason.Error, reason));
        foreach (MemorySink stream in streams.Concat(later).Except(ended))
        {
            Assert.Equal("x", (await stream.NextAsync()).Data);
        }

        // A stream that opens later on the failed shard ends as well, instead of waiting for events that never come.
        MemorySink[] latest = [Open("t"), Open("t")];
        Assert.Equal(CloseReason.Error, await latest.Single(static stream => stream.Subscriber!.Id % 2 == 0).Ended.Task.WaitAsync(Patience));
        await UntilAsync(() => _engine.Metrics.Read(HubGauge.OpenStreams) == 4);
    }

    [Fact]
    public async Task CatchUpReader_Fails_ItsStreamsEndAndLiveStreamsContinue()
    {
        Assert.Equal(PublishOutcome.Accepted, (await PublishAsync()).Outcome);
        MemorySink live = Open("t");
        await live.UntilLiveAsync();

        // The reader survives a sink that fails. It fails itself when it can't even log that.
        _log.FailingThread = "longwave-catch-up-0";
        var failing = new FailingSink();
        Open("t", Since.Earliest, failing);
        await FailedAsync("longwave-catch-up-0");
        Assert.Equal(CloseReason.Error, await failing.Ended.Task.WaitAsync(Patience));

        MemorySink late = Open("t", Since.Earliest);
        Assert.Equal(CloseReason.Error, await late.Ended.Task.WaitAsync(Patience));
        Assert.Equal(PublishOutcome.Accepted, (await PublishAsync()).Outcome);
        Assert.Equal("x", (await live.NextAsync()).Data);
    }

    /// <summary>The loop fails after a batch, when requests wait that it has not taken yet.</summary>
    [Fact]
    public async Task Writer_FailsWithQueuedRequests_TheyAreAnswered()
    {
        using var queued = new ManualResetEventSlim();
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        var options = new EngineOptions { DataDirectory = directory };
        var rejected = new SharedCounters<PublishOutcome>();
        using (var loop = new CommitLoop(options, EventLog.Open(options), Fail, rejected, _loops, _clock, _log))
        {
            Assert.Equal(PublishOutcome.Accepted, (await loop.PublishAsync(Request()).AsTask().WaitAsync(Patience)).Outcome);
            Task<PublishResult>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => loop.PublishAsync(Request()).AsTask())];
            queued.Set();
            Assert.All(await Task.WhenAll(waiting).WaitAsync(Patience), static result => Assert.Equal(PublishOutcome.Stopped, result.Outcome));
            Assert.Equal(20, loop.Answered.Read(PublishOutcome.Stopped));
            Assert.Equal((0, 0), loop.Queued);
        }

        Directory.Delete(directory, recursive: true);

        void Fail()
        {
            Assert.True(queued.Wait(Patience));
            throw new InvalidOperationException("The loop is broken.");
        }

        PublishRequest Request()
        {
            var request = new PublishRequest(options.Limits, rejected);
            Assert.Null(request.Add(new Event { Topic = "t", Data = "x"u8.ToArray() }));
            return request;
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task FailedAsync(string loop)
    {
        await UntilAsync(() => _loops.HasFailed);
        Assert.Equal([loop], _loops.Failed);
        Assert.Equal(HubHealth.Failed, _engine.Health);
        Assert.Equal(1, _engine.Metrics.Read(HubGauge.FailedLoops));
        await UntilAsync(() => _log.Lines.Any(line => line.StartsWith($"1301 Background loop {loop} has failed", StringComparison.Ordinal)));
    }

    private Task<PublishResult> PublishAsync() => _engine.PublishAsync([new Publication(new Event { Topic = "t", Data = "x"u8.ToArray() }, null)]).AsTask();

    private MemorySink Open(string topic, Since? since = null)
    {
        var sink = new MemorySink();
        Open(topic, since, sink);
        return sink;
    }

    private void Open(string topic, Since? since, ISink sink)
    {
        Assert.True(Selector.TryParse(topic, out Selector? selector, out _));
        Assert.Equal(SubscribeOutcome.Accepted, _engine.TrySubscribe(new SubscribeRequest { Selectors = [selector], Since = since ?? Since.Live }, sink, out _));
    }

    /// <summary>A sink that accepts the greeting and fails for events.</summary>
    private sealed class FailingSink : ISink
    {
        private int _writes;

        public TaskCompletionSource<CloseReason> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Attach(Subscriber subscriber)
        {
        }

        public bool TrySend(FrameBatch batch, out int taken) =>
            _writes++ == 0 ? (taken = batch.Count) > 0 : throw new InvalidOperationException("The sink is broken.");

        public void OnPosition(Position position, bool isLive)
        {
        }

        public void Complete(CloseReason reason) => Ended.TrySetResult(reason);
    }

    /// <summary>A log that throws on one thread, once, and collects the lines of the others.</summary>
    private sealed class FaultyLog : ILoggerFactory, ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];
        private string? _failingThread;

        public string? FailingThread { set => Volatile.Write(ref _failingThread, value); }

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_gate)
                {
                    return [.. _lines];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Volatile.Read(ref _failingThread) is { } name && Thread.CurrentThread.Name == name)
            {
                Volatile.Write(ref _failingThread, null);
                throw new InvalidOperationException("The log is broken.");
            }

            lock (_gate)
            {
                _lines.Add($"{eventId.Id} {formatter(state, exception)}");
            }
        }
    }
}
