using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text;
using Longwave.Server.Bodies;
using Longwave.Server.Http;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using MinDataRate = Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate;

namespace Longwave.Server.Tests.Bodies;

public sealed class BodyReaderTests
{
    /// <summary>Only ends a test that would hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SteppedClock _clock = new();

    // Inline: a write returns after the reader has taken the bytes.
    private readonly Pipe _pipe = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly MinRate _rate = new();

    [Fact]
    public async Task Read_HubItselfIsBehind_DoesNotCountAsPauseOfTheClient()
    {
        using BodyReader reader = Open();
        ValueTask<(Problem? Problem, byte[] Body)> reading = reader.ReadAllAsync(TestContext.Current.CancellationToken);

        // The bytes have arrived, but the thread pool runs nothing for two minutes, neither the delivery of the bytes nor a step of the measurement.
        _clock.Advance(2 * Timeout);
        Assert.False(reading.IsCompleted);
        await StepsAsync(1);
        await _pipe.Writer.WriteAsync("whole"u8.ToArray(), TestContext.Current.CancellationToken);
        await _pipe.Writer.CompleteAsync();

        (Problem? problem, byte[] body) = await reading;
        Assert.Null(problem);
        Assert.Equal("whole", Encoding.UTF8.GetString(body));
    }

    [Fact]
    public async Task Read_ClientThatSendsNothing_Is408AfterTheGrace()
    {
        using BodyReader reader = Open();
        Task reading = reader.ReadAllAsync(TestContext.Current.CancellationToken).AsTask();
        await StepsAsync(4);
        Assert.False(reading.IsCompleted);
        _clock.Advance(Second);
        Assert.Equal(StatusCodes.Status408RequestTimeout, (await Assert.ThrowsAsync<BadHttpRequestException>(() => reading.WaitAsync(Patience))).StatusCode);
    }

    [Fact]
    public async Task Read_BodyAboveTheMinimumRate_Is408AtItsTimeLimit()
    {
        using BodyReader reader = Open();
        Task reading = reader.ReadAllAsync(TestContext.Current.CancellationToken).AsTask();
        for (TimeSpan waited = TimeSpan.Zero; waited < Timeout - Second; waited += Second)
        {
            await _pipe.Writer.WriteAsync(new byte[300], TestContext.Current.CancellationToken);
            await StepsAsync(1);
            Assert.False(reading.IsCompleted);
        }

        _clock.Advance(Second);
        Assert.Equal(StatusCodes.Status408RequestTimeout, (await Assert.ThrowsAsync<BadHttpRequestException>(() => reading.WaitAsync(Patience))).StatusCode);
    }

    [Fact]
    public void Open_WebServerWithAMinimumRate_ReplacesItByItsOwnMeasurement()
    {
        using BodyReader reader = Open();
        Assert.Null(_rate.MinDataRate);
    }

    private BodyReader Open()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new BodyPipe(_pipe.Reader));
        context.Features.Set<IHttpMinRequestBodyDataRateFeature>(_rate);
        return BodyReader.Open(context, mostBytes: 1 << 20, Timeout, new ReceivingBudget(1 << 20), permit: null, _clock);
    }

    /// <summary>Moves the clock by seconds, and waits each time until the hub has counted the step.</summary>
    private async Task StepsAsync(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            await Eventually.TrueAsync(() => _clock.HasTimer);
            _clock.Advance(Second);
            await Eventually.TrueAsync(() => _clock.HasTimer);
        }
    }

    private sealed class BodyPipe(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    private sealed class MinRate : IHttpMinRequestBodyDataRateFeature
    {
        [AllowNull]
        public MinDataRate MinDataRate { get; set; } = new(240, TimeSpan.FromSeconds(5));
    }
}
