using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Longwave.Client.Connections;
using Longwave.Client.Failures;

namespace Longwave.Client.Telemetry;

/// <summary>Posts samples to the hub in batches. Samples that cannot be posted are dropped: telemetry must never delay the application.</summary>
internal sealed class TelemetryReporter : IAsyncDisposable
{
    /// <summary>Maximum number of samples in one post.</summary>
    public const int MaxPerPost = 100;

    // The hub's limit for a sample: one day.
    private const double MaxMs = 24 * 60 * 60 * 1_000d;

    private static readonly TimeSpan PostTimeout = TimeSpan.FromSeconds(10);

    private readonly HubHttp _http;
    private readonly ClientTelemetryOptions _options;
    private readonly CancellationTokenSource _stopping = new();

    private readonly Channel<TelemetrySample> _waiting;
    private readonly Task _posting;

    public TelemetryReporter(HubHttp http, ClientTelemetryOptions options)
    {
        options.Check();
        (_http, _options) = (http, options);
        _waiting = Channel.CreateBounded<TelemetrySample>(new BoundedChannelOptions(options.MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
        _posting = PostAsync();
    }

    /// <summary>Share of subscriptions that are measured.</summary>
    public double SampleRate => _options.SampleRate;

    /// <summary>Clock for measurements.</summary>
    public TimeProvider Clock => _http.Clock;

    /// <summary>Queues a sample, or drops it when the queue is full.</summary>
    public void Add(TelemetrySample sample) => _waiting.Writer.TryWrite(sample);

    /// <summary>Posts the queued samples once and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _posting.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task PostAsync()
    {
        using var timer = new PeriodicTimer(_options.Interval, _http.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                await PostWaitingAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await PostWaitingAsync().ConfigureAwait(false);
        }
    }

    private async Task PostWaitingAsync()
    {
        while (Take() is { Count: > 0 } samples)
        {
            using var silence = new Silence(_http.Clock, CancellationToken.None);
            CancellationToken patience = silence.Start(PostTimeout);
            try
            {
                string? token = await _http.Tokens.GetAsync(patience).ConfigureAwait(false);
                using var request = new HttpRequestMessage(HttpMethod.Post, _http.Address("v1/telemetry", []))
                {
                    Content = new ReadOnlyMemoryContent(Write(samples)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
                };
                using HttpResponseMessage response = await _http.SendAsync(request, token, patience).ConfigureAwait(false);
            }
            catch (Exception exception) when (FailureReader.IsOfNetwork(exception, CancellationToken.None))
            {
                // The hub is unavailable: these samples are lost. The subscription reports the failure itself.
                return;
            }
        }
    }

    private List<TelemetrySample> Take()
    {
        var samples = new List<TelemetrySample>();
        while (samples.Count < MaxPerPost && _waiting.Reader.TryRead(out TelemetrySample sample))
        {
            samples.Add(sample);
        }

        return samples;
    }

    private static ReadOnlyMemory<byte> Write(List<TelemetrySample> samples)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("samples"u8);
        foreach (TelemetrySample sample in samples)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, sample.Kind);
            if (sample.Ms is { } ms)
            {
                json.WriteNumber("ms"u8, Math.Round(Math.Min(ms, MaxMs), 3));
            }

            if (sample.Transport is { } transport)
            {
                json.WriteString("transport"u8, transport);
            }

            if (sample.Cause is { } cause)
            {
                json.WriteString("cause"u8, cause);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
