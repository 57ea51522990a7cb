using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Selectors;
using Longwave.Server.Http;
using Longwave.Server.Subscribe;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Subscribe;

public sealed class PipeWriterSinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-sink-");

    // The pipe is so small that nearly every flush stays pending until the reader reads.
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 200, resumeWriterThreshold: 100));
    private HubEngine _engine = null!;

    public ValueTask InitializeAsync()
    {
        _engine = HubEngine.Open(new EngineOptions { DataDirectory = _directory.FullName }, TimeProvider.System, NullLoggerFactory.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task TrySend_ReaderNotKeepingUp_LosesNothing()
    {
        Subscriber subscriber = Subscribe(new PipeWriterSink(_pipe.Writer, new AnswerBudget(1 << 20)));
        for (int i = 0; i < 500; i++)
        {
            await PublishAsync($"{i}");
        }

        string text = await ReadUntilAsync("data: 499\n\n");
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), text.Split("data: ").Skip(1).Select(d => d.Split('\n')[0]));
        subscriber.Close(CloseReason.ClientGone);
        await subscriber.Completion.WaitAsync(Patience);
    }

    [Fact]
    public async Task TrySend_ReaderDisconnected_ClosesTheSubscriber()
    {
        Subscriber subscriber = Subscribe(new PipeWriterSink(_pipe.Writer, new AnswerBudget(1 << 20)));
        await _pipe.Reader.CompleteAsync();
        await PublishAsync("x");
        Assert.Equal(CloseReason.ClientGone, await subscriber.Completion.WaitAsync(Patience));
    }

    [Fact]
    public async Task TrySend_WriterFails_ClosesTheSubscriberAndOthersContinue()
    {
        var sink = new PipeWriterSink(_pipe.Writer, new AnswerBudget(1 << 20));
        Subscriber subscriber = Subscribe(sink);
        await _pipe.Writer.CompleteAsync();
        await PublishAsync("x");
        Assert.Equal(CloseReason.ClientGone, await subscriber.Completion.WaitAsync(Patience));
        await sink.SettledAsync().WaitAsync(Patience);
        Assert.Equal(PublishOutcome.Accepted, await PublishAsync("y"));
    }

    [Fact]
    public async Task SettledAsync_FlushPending_CompletesAfterTheFlush()
    {
        var sink = new PipeWriterSink(_pipe.Writer, new AnswerBudget(1 << 20));
        Subscriber subscriber = Subscribe(sink);
        await PublishAsync(new string('x', 1_000));

        // When the bytes are in the pipe, the flush that wrote them waits for the reader.
        await ReadNothingUntilAsync(1_000);
        subscriber.Close(CloseReason.ClientGone);
        await subscriber.Completion.WaitAsync(Patience);
        Task settled = sink.SettledAsync();
        Assert.False(settled.IsCompleted);
        await _pipe.Reader.CompleteAsync();
        await settled.WaitAsync(Patience);
    }

    [Fact]
    public void TrySend_ReaderKeepsUp_AllocateNothing()
    {
        var sink = new PipeWriterSink(new SwallowingWriter(), new AnswerBudget(1 << 20));
        byte[] chunk = Chunk.Of(new byte[200]);
        Deliver(1_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Deliver(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Deliver(int times)
        {
            for (int i = 0; i < times; i++)
            {
                Assert.True(sink.TrySend(new FrameBatch(chunk, [chunk.Length], isShared: true), out int taken) && taken == 1);
            }
        }
    }

    private Subscriber Subscribe(ISink sink)
    {
        SubscribeOutcome outcome = _engine.TrySubscribe(new SubscribeRequest { Selectors = [Selector.Any] }, sink, out Subscriber? subscriber);
        Assert.Equal(SubscribeOutcome.Accepted, outcome);
        return subscriber!;
    }

    private async Task<PublishOutcome> PublishAsync(string data) =>
        (await _engine.PublishAsync([new Publication(new Event { Topic = "a", Data = Encoding.UTF8.GetBytes(data) }, null)])).Outcome;

    private async Task<string> ReadUntilAsync(string marker)
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        while (!text.ToString().Contains(marker, StringComparison.Ordinal))
        {
            ReadResult result = await _pipe.Reader.ReadAsync(patience.Token);
            text.Append(Encoding.UTF8.GetString(result.Buffer));
            _pipe.Reader.AdvanceTo(result.Buffer.End);
        }

        return text.ToString();
    }

    /// <summary>Waits for bytes but does not consume or examine them, so that the writer keeps waiting.</summary>
    private async Task ReadNothingUntilAsync(int bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            ReadResult result = await _pipe.Reader.ReadAsync(patience.Token);
            _pipe.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
            if (result.Buffer.Length >= bytes)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), patience.Token);
        }
    }

    /// <summary>A client that reads everything at once.</summary>
    private sealed class SwallowingWriter : PipeWriter
    {
        private readonly byte[] _buffer = new byte[4_096];

        public override void Advance(int bytes)
        {
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(default(FlushResult));

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
