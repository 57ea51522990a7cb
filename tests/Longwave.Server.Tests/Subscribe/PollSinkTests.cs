using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Longwave.Server.Subscribe;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Subscribe;

public sealed class PollSinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-poll-");
    private readonly PollSink _sink = new(maxEvents: 10, maxBytes: 1_000);
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
        Assert.Equal(read, _sink.Position);
        Assert.True(PollAnswer.TryWrite(_sink) is { } answer && answer.Span.IndexOf("\"events\":[],\"next\":"u8) > 0);
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

    private Subscriber Admit()
    {
        var request = new SubscribeRequest { Selectors = [Selector.Any], Streaming = false };
        Assert.Equal(SubscribeOutcome.Accepted, _engine.TryAdmit(request, _sink, out Subscriber? subscriber));
        return subscriber!;
    }
}
