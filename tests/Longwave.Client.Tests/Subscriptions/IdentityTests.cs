using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Publishing;
using Longwave.Client.Subscriptions;
using Longwave.Client.Telemetry;
using Longwave.Client.Tests.Hosting;
using Longwave.Server.Manage;

namespace Longwave.Client.Tests.Subscriptions;

/// <summary>Tests a client with tokens against a real hub that requires authentication.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private const string ReadAndWrite = """{"subscribe":["t"],"publish":["t"]}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Issuer _issuer = new();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartedAsync(_issuer.Configure);

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _issuer.Dispose();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Subscribe_TokensExpire_AreRenewedInPlaceAndNothingIsMissed()
    {
        const int Events = 80;
        int tokens = 0;
        var states = new ConcurrentQueue<SubscriptionState>();
        await using LongwaveClient writer = ClientOf("writer", Hour);
        await using var reader = new LongwaveClient(_hub.Url, new LongwaveClientOptions
        {
            TokenProvider = _ =>
            {
                tokens++;
                return new(_issuer.Token("alice", ReadAndWrite, TimeSpan.FromSeconds(3)));
            },
        });
        var notices = new ConcurrentQueue<string>();
        Task<List<string>> reading = TakeAsync(reader.Subscribe(Live(states) with { Noticed = notice => notices.Enqueue(notice.Type) }), Events);
        await UntilAsync(() => states.Contains(SubscriptionState.Streaming));
        for (int i = 0; i < Events; i++)
        {
            await writer.PublishAsync("t", $"{i}");
            await Task.Delay(100);
        }

        Assert.Equal(Enumerable.Range(0, Events).Select(i => $"{i}"), await reading);
        Assert.Equal([SubscriptionState.Connecting, SubscriptionState.Streaming, SubscriptionState.Stopped], states);
        Assert.All(notices, type => Assert.Equal("longwave.token-expiring", type));
        Assert.True(tokens >= 4, $"{tokens} tokens in 8 seconds of 3 each");
    }

    [Fact]
    public async Task Subscribe_SubjectRevokedOrStreamEnded_EndsWithTheReason()
    {
        await using LongwaveClient mallory = ClientOf("mallory", Hour);
        await using LongwaveClient oscar = ClientOf("oscar", Hour);
        var states = new ConcurrentQueue<SubscriptionState>();
        Task<List<string>> revoked = TakeAsync(mallory.Subscribe(Live(states)), 1);
        Task<List<string>> ended = TakeAsync(oscar.Subscribe(Live(states)), 1);
        await UntilAsync(() => states.Count(state => state == SubscriptionState.Streaming) == 2);
        using HttpClient admin = Admin();
        using var body = new StringContent("""{"sub":"mallory"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await admin.PostAsync("v1/revocations", body);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        string open = await admin.GetStringAsync("v1/connections?subject=oscar");
        string connection = open.Split("\"id\":\"")[1].Split('"')[0];
        using HttpResponseMessage deleted = await admin.DeleteAsync($"v1/connections/{connection}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        foreach (Task<List<string>> one in (Task<List<string>>[])[revoked, ended])
        {
            LongwaveException told = await Assert.ThrowsAsync<LongwaveException>(() => one);
            Assert.Equal(FailureKind.Revoked, told.Failure.Kind);
        }

        Assert.DoesNotContain(SubscriptionState.Waiting, states);
    }

    [Fact]
    public async Task Subscribe_WithoutTokenOrGrant_FailsPermanently()
    {
        await using var anonymous = new LongwaveClient(_hub.Url);
        await using LongwaveClient alice = ClientOf("alice", Hour);
        LongwaveException unknown = await Assert.ThrowsAsync<LongwaveException>(() => TakeAsync(anonymous.Subscribe(Live()), 1));
        LongwaveException forbidden = await Assert.ThrowsAsync<LongwaveException>(() => TakeAsync(alice.Subscribe(Live() with { Selectors = ["other"] }), 1));
        LongwaveException unpublished = await Assert.ThrowsAsync<LongwaveException>(() => alice.PublishAsync("other", "x"));
        Assert.Equal((401, 403, 403), (unknown.Failure.Status, forbidden.Failure.Status, unpublished.Failure.Status));
        Assert.Contains("`other`", forbidden.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_TokenHasExpired_IsRenewedAndNothingIsPublishedTwice()
    {
        int asked = 0;
        await using var writer = new LongwaveClient(_hub.Url, new LongwaveClientOptions
        {
            TokenProvider = _ => new(_issuer.Token("writer", ReadAndWrite, asked++ == 0 ? TimeSpan.FromSeconds(-10) : Hour)),
        });
        await writer.PublishAsync("t", "one");
        Assert.Equal(2, asked);
        Assert.Equal(["one"], await TakeAsync(writer.Subscribe(Live() with { Since = SubscriptionOptions.Earliest }), 1));
    }

    [Fact]
    public async Task Subscribe_RateAndConflation_SendOnlyTheNewest()
    {
        await using LongwaveClient client = ClientOf("dave", Hour);
        var states = new ConcurrentQueue<SubscriptionState>();
        var heard = new List<string>();
        using var patience = new CancellationTokenSource(Patience);
        Task reading = Task.Run(async () =>
        {
            await foreach (ReceivedEvent e in client.Subscribe(Live(states) with { MaxRate = 1, Conflate = true }).WithCancellation(patience.Token))
            {
                heard.Add(e.Data);
                if (e.Data == "19")
                {
                    return;
                }
            }
        });
        await UntilAsync(() => states.Contains(SubscriptionState.Streaming));
        for (int i = 0; i < 20; i++)
        {
            await client.PublishAsync(new OutgoingEvent("t", $"{i}") { Key = "k" });
        }

        await reading;
        Assert.InRange(heard.Count, 1, 19);
    }

    [Fact]
    public async Task Telemetry_OfSubscribers_IsAcceptedByTheHub()
    {
        await using (var client = new LongwaveClient(_hub.Url, new LongwaveClientOptions
        {
            TokenProvider = _ => new(_issuer.Token("erin", ReadAndWrite, Hour)),
            Telemetry = new ClientTelemetryOptions { SampleRate = 1 },
        }))
        {
            await client.PublishAsync("t", "measured");
            await TakeAsync(client.Subscribe(Live() with { Since = SubscriptionOptions.Earliest }), 1);
        }

        Assert.NotEqual(0, _hub.Service<TelemetryTotals>().Posts);
        using var anonymous = new HttpClient { BaseAddress = new Uri(_hub.Url + "/") };
        using var body = new StringContent("""{"samples":[]}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage refused = await anonymous.PostAsync("v1/telemetry", body);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private LongwaveClient ClientOf(string subject, TimeSpan lifetime) =>
        new(_hub.Url, new LongwaveClientOptions { TokenProvider = _ => new(_issuer.Token(subject, ReadAndWrite, lifetime)) });

    private HttpClient Admin()
    {
        var admin = new HttpClient { BaseAddress = new Uri(_hub.Url + "/") };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Token("root", """{"admin":true}""", Hour));
        return admin;
    }

    private static SubscriptionOptions Live(ConcurrentQueue<SubscriptionState>? states = null) => new()
    {
        Selectors = ["t"],
        Changed = change => states?.Enqueue(change.State),
        Reconnect = new ReconnectOptions { MinDelay = TimeSpan.FromMilliseconds(10) },
    };

    private static async Task<List<string>> TakeAsync(Subscription subscription, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        var taken = new List<string>();
        await foreach (ReceivedEvent e in subscription.WithCancellation(patience.Token))
        {
            taken.Add(e.Data);
            if (taken.Count == count)
            {
                break;
            }
        }

        return taken;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
