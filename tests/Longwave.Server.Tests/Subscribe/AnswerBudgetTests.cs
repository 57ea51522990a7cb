using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Subscribe;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>What answers hold for clients that do not read, and that every end returns it.</summary>
public sealed class AnswerBudgetTests
{
    private const int EventBytes = 200_000;
    private const int Events = 12;

    private static readonly IPAddress SlowAddress = IPAddress.Parse("127.0.0.2");

    /// <summary>TCP_MAXSEG.</summary>
    private const int MaxSegment = 2;

    [Theory]
    [InlineData(false, "1.1")]
    [InlineData(true, "1.1")]
    [InlineData(false, "2.0")]
    [InlineData(true, "2.0")]
    public async Task Poll_LargeAnswer_IsCompleteOverEveryProtocol(bool tls, string version)
    {
        await using TestHub hub = await StartAsync(tls: tls);
        using HttpClient client = hub.NewClient(Version.Parse(version));
        using HttpResponseMessage response = await client.SendAsync(Poll(Version.Parse(version)));
        JsonElement answer = await TestHub.ReadJsonAsync(response);
        Assert.Equal(Enumerable.Range(0, Events).Select(Data), answer.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("data").GetString()));
        Assert.Equal(answer.GetProperty("events")[Events - 1].GetProperty("id").GetString(), answer.GetProperty("next").GetString());
        await IsReturnedAsync(hub);
    }

    /// <summary>A hundred unread answers of 2.4 MB hold a hundred pieces, not 240 MB, whether the events come from memory or from storage.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Poll_UnreadAnswers_HoldNoMoreThanTheBudget(bool fromStorage)
    {
        const long Most = 1024 * 1024;
        await using TestHub hub = await StartAsync(options =>
        {
            options.Server.MaxAnswerBytes = Most;
            options.Engine.Limits.HotTailBytes = fromStorage ? 64 * 1024 : options.Engine.Limits.HotTailBytes;
        });
        var clients = new List<Socket>();
        for (int i = 0; i < 100; i++)
        {
            clients.Add(await UnreadAsync(hub, PollOver11));
        }

        AnswerBudget budget = hub.Service<AnswerBudget>();
        await Eventually.TrueAsync(() => budget.Held > AnswerBudget.PieceBytes);
        Assert.InRange(budget.Held, 1, Most);

        // A client that reads is answered, or told to come back, and answered when the others have left.
        using (HttpResponseMessage response = await hub.GetAsync("?topic=big&since=earliest&limit=1", "application/json"))
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                await TestHub.AssertProblemAsync(response, 503, "overloaded");
                Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            }
        }

        clients.ForEach(client => client.Close(0));
        await IsReturnedAsync(hub);
        Assert.Equal(1, (await hub.PollAsync("?topic=big&since=earliest&limit=1")).GetProperty("events").GetArrayLength());
    }

    /// <summary>An address that reads nothing uses up its own share: it is told so, and another address is answered at once.</summary>
    [Fact]
    public async Task Poll_AddressAtItsShare_OthersAreAnswered()
    {
        await using TestHub hub = await StartAsync(static options =>
        {
            options.Server.Admission.LimitLoopback = true;
            options.Server.Admission.Address.MaxAnswerShare = 0.25;
            options.Server.MaxAnswerBytes = 1024 * 1024;
            options.Engine.Limits.HotTailBytes = 64 * 1024;
        });
        var slow = new List<Socket>();
        for (int i = 0; i < 20; i++)
        {
            slow.Add(await UnreadAsync(hub, PollOver11, SlowAddress));
        }

        AnswerBudget budget = hub.Service<AnswerBudget>();
        await Eventually.TrueAsync(() => budget.Held > EventBytes / 2);
        Assert.InRange(budget.Held, 1, 256 * 1024);
        using (HttpClient same = ClientOf(hub, SlowAddress))
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?topic=big&since=earliest&limit=1") { Headers = { { "Accept", "application/json" } } })
        using (HttpResponseMessage rejected = await same.SendAsync(request))
        {
            await TestHub.AssertProblemAsync(rejected, 429, "answers-unread");
            Assert.True(rejected.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        Assert.Equal(1, (await hub.PollAsync("?topic=big&since=earliest&limit=1")).GetProperty("events").GetArrayLength());
        slow.ForEach(static client => client.Close(0));
        await IsReturnedAsync(hub);
    }

    public enum End
    {
        ClientCloses,
        ClientResets,
        Revoked,
        Drained,
        Stalled,
        WaitOver,
    }

    /// <summary>Every way in which an answer that is under way ends returns what it held.</summary>
    [Theory]
    [InlineData(End.ClientCloses)]
    [InlineData(End.ClientResets)]
    [InlineData(End.Revoked)]
    [InlineData(End.Drained)]
    [InlineData(End.Stalled)]
    [InlineData(End.WaitOver)]
    public async Task Poll_UnderWayEnds_ReturnsWhatItHeld(End end)
    {
        await using TestHub hub = await StartAsync(options =>
        {
            options.Engine.Limits.HotTailBytes = 64 * 1024;
            options.Engine.StallTimeout = end is End.Stalled or End.WaitOver or End.Drained ? TimeSpan.FromSeconds(1) : options.Engine.StallTimeout;
            options.Engine.Heartbeat = end == End.WaitOver ? TimeSpan.FromMilliseconds(100) : options.Engine.Heartbeat;
        });
        using Socket client = await UnreadAsync(hub, PollOver11);
        AnswerBudget budget = hub.Service<AnswerBudget>();
        await Eventually.TrueAsync(() => budget.Held > AnswerBudget.PieceBytes);
        switch (end)
        {
            case End.ClientCloses:
                client.Close();
                break;
            case End.ClientResets:
                client.Close(0);
                break;
            case End.Revoked:
                Assert.Equal(1, hub.Service<ConnectionRegistry>().Close(_ => true, CloseReason.Revoked));
                break;
            case End.Drained:
                await hub.Engine.DrainAsync(CancellationToken.None);
                break;
        }

        await IsReturnedAsync(hub);
        Assert.Equal(0, hub.Engine.ConnectionCount);
    }

    [Theory]
    [InlineData("/v1/topics", "topics")]
    [InlineData("/v1/connections", "connections")]
    [InlineData("/page/longwave.js", null)]
    public async Task List_NoRoom_IsRejectedAndLaterAnswered(string path, string? member)
    {
        await using TestHub hub = await StartAsync();
        AnswerBudget budget = hub.Service<AnswerBudget>();
        long room = hub.Options.Server.MaxAnswerBytes;
        Assert.True(budget.TryTake(room));
        using (HttpResponseMessage rejected = await hub.Http.GetAsync(path))
        {
            await TestHub.AssertProblemAsync(rejected, 503, "overloaded");
            Assert.True(rejected.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        budget.Return(room);
        using HttpResponseMessage answered = await hub.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        if (member is not null)
        {
            Assert.True((await TestHub.ReadJsonAsync(answered)).TryGetProperty(member, out _));
        }

        await IsReturnedAsync(hub);
    }

    /// <summary>A slow stream of large events from storage holds a copy of the rest of one; without room it ends, and its client continues after the last whole event.</summary>
    [Fact]
    public async Task Stream_UnreadLargeEvents_CountInTheBudget()
    {
        await using TestHub hub = await StartAsync(options =>
        {
            options.Server.MaxAnswerBytes = 1024 * 1024;
            options.Engine.Limits.HotTailBytes = 64 * 1024;
        });
        var clients = new List<Socket>();
        for (int i = 0; i < 30; i++)
        {
            clients.Add(await UnreadAsync(hub, "GET /v1/events?topic=big&since=earliest HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        }

        AnswerBudget budget = hub.Service<AnswerBudget>();
        await Eventually.TrueAsync(() => hub.Engine.Metrics.Closed(CloseReason.Stalled) > 0);
        Assert.InRange(budget.Held, EventBytes / 2, 1024 * 1024);
        clients.ForEach(client => client.Close(0));
        await IsReturnedAsync(hub);
    }

    private static string PollOver11 => "GET /v1/events?topic=big&since=earliest HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";

    private static HttpRequestMessage Poll(Version version)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?topic=big&since=earliest") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        return request;
    }

    private static string Data(int number) => $"{number}-{new string((char)('a' + (number % 26)), EventBytes)}";

    private static async Task<TestHub> StartAsync(Action<LongwaveOptions>? configure = null, bool tls = false)
    {
        TestHub hub = await TestHub.StartAsync(configure, tls);
        for (int i = 0; i < Events; i++)
        {
            await hub.PublishAsync("big", Data(i));
        }

        // The index must have the events before the hot tail can evict them.
        await hub.PublishAsync("last", "x");
        return hub;
    }

    /// <summary>
    /// A client with small buffers that sends a request and reads nothing. The kernel sizes the send buffer of the hub by the segment size of the client, which is
    /// 64 KB on loopback: the buffer would hold a whole answer.
    /// </summary>
    private static async Task<Socket> UnreadAsync(TestHub hub, string request, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, MaxSegment, BitConverter.GetBytes(1_400));
        socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        await socket.ConnectAsync(IPAddress.Loopback, hub.Address.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        return socket;
    }

    private static HttpClient ClientOf(TestHub hub, IPAddress from)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = hub.Address };
    }

    private static Task IsReturnedAsync(TestHub hub) =>
        Eventually.TrueAsync(() => hub.Service<AnswerBudget>().Held == 0);
}
