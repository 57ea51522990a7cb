using System.IO.Pipelines;
using System.Text;
using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Longwave.Server.Http;
using Longwave.Server.Subscribe;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Subscribe;

public sealed class PollSinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-poll-");
    private readonly AnswerBudget _budget = new(1 << 20);
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1_000, resumeWriterThreshold: 500));
    private readonly PollSink _sink;
    private HubEngine _engine = null!;

    public PollSinkTests() => _sink = NewSink(_budget);

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

    /// <summary>A wait that ends while the hub still reads the log returns the position read so far, in either order of events.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Expire_WhileTheLogIsRead_EndsThePollWithThePosition(bool waitIsOverFirst)
    {
        var read = new Position(_engine.Tip.Epoch, 700);
        Subscriber subscriber = Admit();
        if (waitIsOverFirst)
        {
            _sink.Expire();
        }

        _sink.OnPosition(read, isLive: false);
        Assert.Equal(read.ToString(), _sink.Next);
        if (!waitIsOverFirst)
        {
            _sink.Expire();
        }

        _engine.Start(subscriber);
        Assert.Equal(CloseReason.Finished, await subscriber.Completion.WaitAsync(Patience));
    }

    [Fact]
    public async Task OnPosition_DuringCatchUp_DoesNotEndTheWait()
    {
        Subscriber subscriber = Admit();
        _sink.OnPosition(new Position(_engine.Tip.Epoch, 700), isLive: false);
        subscriber.Close(CloseReason.Ended);
        _engine.Start(subscriber);
        Assert.Equal(CloseReason.Ended, await subscriber.Completion.WaitAsync(Patience));
    }

    [Fact]
    public void TrySend_AnswerFitsIntoAPiece_StaysOutOfThePipe()
    {
        Admit();
        Assert.True(Send(_sink, isShared: true, Event(1, 100), Event(2, 100)));
        Assert.False(_sink.IsInPipe);
        Assert.Equal($"{_engine.Tip.Epoch:x8}-2", _sink.Next);
        Assert.Equal(AnswerBudget.PieceBytes, _budget.Held);
        _sink.Release();
        Assert.Equal(0, _budget.Held);
    }

    /// <summary>A client that reads nothing costs one piece, also when the answer is large, and a rest that is a copy counts.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 300_000 - (2 * AnswerBudget.PieceBytes))]
    public async Task TrySend_ReaderDoesNotRead_TakesOneFrameAndHoldsAtMostItsRest(bool isShared, int leastCounted)
    {
        Subscriber subscriber = Admit();
        Assert.False(Send(_sink, isShared, out int taken, Event(1, 300_000), Event(2, 300_000)));
        Assert.Equal(1, taken);
        Assert.InRange(_budget.Held, AnswerBudget.PieceBytes + leastCounted, AnswerBudget.PieceBytes + (isShared ? 0 : 300_100));

        string text = await ReadAsync(300_000);
        await _sink.SettledAsync().WaitAsync(Patience);
        Assert.StartsWith("{\"events\":[{\"id\":", text, StringComparison.Ordinal);
        Assert.Equal(AnswerBudget.PieceBytes, _budget.Held);
        subscriber.Close(CloseReason.ClientGone);
        _engine.Start(subscriber);
        await subscriber.Completion.WaitAsync(Patience);
    }

    [Fact]
    public void TrySend_NoRoomForTheFirstEvent_IsRejected()
    {
        var budget = new AnswerBudget(AnswerBudget.PieceBytes - 1);
        PollSink sink = NewSink(budget);
        Subscriber subscriber = Admit(sink);
        Assert.True(Send(sink, isShared: true, Event(1, 10)));
        Assert.Equal(ProblemTypes.Overloaded, sink.Rejection?.Type);
        Assert.Equal(CloseReason.Finished, subscriber.Closing);
        Assert.Equal(0, budget.Held);
    }

    /// <summary>Without room for a large event, the answer ends before it, and the next poll continues there.</summary>
    [Fact]
    public void TrySend_NoRoomForALaterEvent_EndsBeforeIt()
    {
        var budget = new AnswerBudget(2 * AnswerBudget.PieceBytes);
        PollSink sink = NewSink(budget);
        Subscriber subscriber = Admit(sink);
        Assert.True(Send(sink, isShared: false, Event(1, 10), Event(2, 3 * AnswerBudget.PieceBytes)));
        Assert.Null(sink.Rejection);
        Assert.Equal(CloseReason.Finished, subscriber.Closing);
        Assert.Equal($"{_engine.Tip.Epoch:x8}-1", sink.Next);
        sink.Release();
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public void TrySend_NoRoomForTheCopyOfTheFirstEvent_ReturnsTheReservation()
    {
        var budget = new AnswerBudget(2 * AnswerBudget.PieceBytes);
        PollSink sink = NewSink(budget);
        Admit(sink);
        Assert.True(Send(sink, isShared: false, Event(1, 3 * AnswerBudget.PieceBytes)));
        Assert.Equal(ProblemTypes.Overloaded, sink.Rejection?.Type);
        sink.Release();
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task DropAsync_FlushPending_ReturnsTheRestAfterTheFlush()
    {
        Admit();
        Assert.False(Send(_sink, isShared: false, Event(1, 300_000)));
        Task dropped = _sink.DropAsync();
        Assert.False(dropped.IsCompleted);
        await _pipe.Reader.CompleteAsync();
        await dropped.WaitAsync(Patience);
        _sink.Release();
        Assert.Equal(0, _budget.Held);
    }

    private PollSink NewSink(AnswerBudget budget) => new(new PipeOutput(_pipe.Writer, budget, AnswerBudget.PieceBytes), budget, maxEvents: 10, maxBytes: 1_000_000);

    private Subscriber Admit() => Admit(_sink);

    private Subscriber Admit(PollSink sink)
    {
        var request = new SubscribeRequest { Selectors = [Selector.Any], Streaming = false };
        Assert.Equal(SubscribeOutcome.Accepted, _engine.TryAdmit(request, sink, out Subscriber? subscriber));
        return subscriber!;
    }

    private byte[] Event(int offset, int dataBytes) => Chunk.Of(Encoding.UTF8.GetBytes(
        $"{{\"id\":\"{_engine.Tip.Epoch:x8}-{offset}\",\"topic\":\"a\",\"data\":\"{new string('x', dataBytes)}\"}}\n"));

    private static bool Send(PollSink sink, bool isShared, params byte[][] chunks) => Send(sink, isShared, out _, chunks);

    private static bool Send(PollSink sink, bool isShared, out int taken, params byte[][] chunks)
    {
        int end = 0;
        int[] ends = [.. chunks.Select(chunk => end += chunk.Length)];
        return sink.TrySend(new FrameBatch(chunks.SelectMany(chunk => chunk).ToArray(), ends, isShared), out taken);
    }

    private async Task<string> ReadAsync(int bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        while (text.Length < bytes)
        {
            ReadResult result = await _pipe.Reader.ReadAsync(patience.Token);
            text.Append(Encoding.UTF8.GetString(result.Buffer));
            _pipe.Reader.AdvanceTo(result.Buffer.End);
        }

        return text.ToString();
    }
}
