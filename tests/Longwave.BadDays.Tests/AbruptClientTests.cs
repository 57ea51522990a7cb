using System.Net;
using System.Net.Sockets;
using System.Text;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Load;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>Clients that disconnect before, during or just after the start of their streams, also with HTTP/2 resets (CVE-2023-44487).</summary>
public sealed class AbruptClientTests
{
    private const int Streams = 3_000;
    private const int AtOnce = 40;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Stream_ThousandsDisconnectAtOnce_LeaveNoState(string version)
    {
        using var directory = new TempDirectory();
        HubSettings settings = new HubSettings { DataDirectory = directory["data"] }.With(
            ("Engine:Limits:HotTailEvents", "1024"), ("Engine:DrainWindow", "00:00:00"));
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        var ledger = new Ledger();
        await using var publisher = new BatchPublisher(settings.Address, ledger, "batch");
        await using var healthy = new Follower(settings.Address, FollowerKind.Lines, "topic=*");
        publisher.Start();
        await Patience.UntilAsync(() => ledger.Count > 3_000, () => "nothing is acknowledged");

        using var client = new HubClient(settings.Address) { Version = Version.Parse(version) };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Streams),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (i, _) => await (version == "2.0" ? CutStreamAsync(client, i) : CutConnectionAsync(settings, i)));

        await publisher.EndAsync();
        await healthy.UntilOffsetAsync(ledger.Highest);
        Assert.True(healthy.Complaints.IsEmpty && healthy.Connects == 1, $"{healthy}");
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == 1, () => "the hub holds streams of clients that are gone");
        Assert.DoesNotContain(hub.Errors, static line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal));
        await hub.StopAsync();
    }

    /// <summary>Opens one of many streams of a connection, and resets it at once, soon, or after its first bytes.</summary>
    private static async Task CutStreamAsync(HubClient client, int i)
    {
        using var cut = new CancellationTokenSource();
        if (i % 3 == 0)
        {
            cut.CancelAfter(TimeSpan.FromMilliseconds(i % 20));
        }

        try
        {
            Task<HttpResponseMessage> opening = client.OpenAsync(Query(i), "text/event-stream", null, cut.Token);
            if (i % 3 == 1)
            {
                await cut.CancelAsync();
            }

            using HttpResponseMessage response = await opening;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        catch (Exception cutOff) when (cutOff is OperationCanceledException or HttpRequestException)
        {
            // Either the intended reset, or the web server closed the connection because of too many resets; the next stream opens a new one.
        }
    }

    /// <summary>Resets (instead of closes) a connection right after the request or after the first bytes of the response.</summary>
    private static async Task CutConnectionAsync(HubSettings settings, int i)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(settings.Host, settings.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/events?{Query(i)} HTTP/1.1\r\nHost: {settings.Host}\r\n\r\n"));
        if (i % 2 == 0)
        {
            Assert.NotEqual(0, await socket.ReceiveAsync(new byte[64]));
        }
    }

    private static string Query(int i) => (i % 4) switch
    {
        0 => "topic=*&since=earliest",
        1 => "topic=load/3",
        2 => "topic=load/{n}&since=earliest",
        _ => "topic=load/1&topic=load/2&topic={x}",
    };
}
