using System.Net;
using System.Net.Http.Headers;
using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>Clients that open a stream and do not read it.</summary>
public sealed class SlowClientTests
{
    private const int Events = 2_000;
    private const int DataBytes = 4_000;

    /// <summary>Maximum memory per client that never reads, in bytes: the buffers of web server and engine for one stream. Far below the published amount.</summary>
    private const long BytesPerClient = 512 * 1024;

    [Fact]
    public async Task Stream_TwoHundredClientsNeverRead_UseLittleMemoryAndCatchUp()
    {
        const int Clients = 200;
        using var directory = new TempDirectory();
        HubSettings settings = Settings(directory);
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        await using var healthy = new Follower(settings.Address, FollowerKind.EventStream, "topic=t");
        SlowClient[] slow = [.. Enumerable.Range(0, Clients).Select(_ => SlowClient.Connect(settings, "topic=t"))];
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == Clients + 1, () => "not every client is connected");
        await PublishAsync(client, "elsewhere");
        long before = hub.ResidentBytes;

        await PublishAsync(client, "t");
        await healthy.UntilCountAsync(Events);
        long grown = hub.ResidentBytes - before;
        Assert.True(grown < Clients * BytesPerClient, $"{Clients} clients that do not read cost {grown >> 20} MB");
        Assert.Equal(1, healthy.Connects);
        Assert.Empty(healthy.Complaints);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Clients} clients that did not read {Events * DataBytes >> 20} MB each: {before >> 20} MB before, {grown >> 20} MB more");

        List<Received>[] caughtUp = await Task.WhenAll(slow[..20].Select(static client => client.ReadAsync(Events)));
        Assert.All(caughtUp, AssertWhole);
        Assert.Equal(Clients + 1, await client.ConnectionsAsync());
        Array.ForEach(slow, static client => client.Dispose());
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == 1, () => "the hub holds streams of clients that are gone");
    }

    [Fact]
    public async Task Stream_StallTimeoutPassed_IsClosedAndOthersContinue()
    {
        using var directory = new TempDirectory();
        HubSettings settings = Settings(directory).With(("Engine:StallTimeout", "00:00:02"), ("Engine:Heartbeat", "00:00:00.500"));
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        await using var healthy = new Follower(settings.Address, FollowerKind.EventStream, "topic=t");
        SlowClient[] slow = [.. Enumerable.Range(0, 20).Select(_ => SlowClient.Connect(settings, "topic=t"))];
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == 21, () => "not every client is connected");
        await PublishAsync(client, "t");
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == 1, () => "the hub waits for clients that never read");

        await PublishAsync(client, "t");
        await healthy.UntilCountAsync(2 * Events);
        Assert.Equal(1, healthy.Connects);
        Assert.Empty(healthy.Complaints);
        foreach (SlowClient cut in slow)
        {
            // The bytes sent before are a prefix of the topic, without gaps.
            List<Received> events = await cut.ReadAsync(Events);
            Assert.True(events.Count < Events, "nothing was cut off");
            Assert.Equal(Enumerable.Range(0, events.Count), events.Select(static e => NumberOf(e.Data)));
            cut.Dispose();
        }
    }

    /// <summary>Over HTTP/2, one connection carries many streams: an unread stream must not block the others.</summary>
    [Fact]
    public async Task Stream_NeverReadOverHttp2_DoesNotAffectOtherStreams()
    {
        using var directory = new TempDirectory();
        HubSettings settings = Settings(directory);
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address) { Version = HttpVersion.Version20 };
        var unread = new List<HttpResponseMessage>();
        for (int i = 0; i < 50; i++)
        {
            unread.Add(await client.OpenAsync("topic=t", "text/event-stream", null));
            Assert.Equal(new MediaTypeHeaderValue("text/event-stream"), unread[^1].Content.Headers.ContentType);
        }

        await using Stream neighbour = await (await client.OpenAsync("topic=t", "text/event-stream", null)).Content.ReadAsStreamAsync();
        await PublishAsync(client, "t");
        AssertWhole(await ReadAsync(neighbour));
        await using Stream late = await unread[0].Content.ReadAsStreamAsync();
        AssertWhole(await ReadAsync(late));
        Assert.Equal(51, await client.ConnectionsAsync());
        unread.ForEach(static response => response.Dispose());
    }

    private static HubSettings Settings(TempDirectory directory) => new HubSettings { DataDirectory = directory["data"] }.With(("Engine:StallTimeout", "00:10:00"));

    private static async Task PublishAsync(HubClient client, string topic)
    {
        string padding = new('x', DataBytes);
        for (int i = 0; i < Events; i += 100)
        {
            Assert.True((await client.PublishLinesAsync(Lines(topic, i, padding))).IsAccepted);
        }
    }

    private static string Lines(string topic, int from, string padding) => string.Join('\n', Enumerable.Range(from, 100).Select(i =>
        $$"""{"specversion":"1.0","id":"{{Guid.NewGuid()}}","source":"test","type":"t","topic":"{{topic}}","datacontenttype":"text/plain","data":"{{i}} {{padding}}"}"""));

    private static async Task<List<Received>> ReadAsync(Stream stream)
    {
        var events = new List<Received>();
        var reading = new EventStreamReading();
        var buffer = new byte[64 * 1024];
        while (events.Count < Events)
        {
            int read = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience.Bound);
            Assert.NotEqual(0, read);
            reading.Read(buffer.AsSpan(0, read), events.Add);
        }

        return events;
    }

    private static void AssertWhole(List<Received> events) => Assert.Equal(Enumerable.Range(0, Events), events.Select(static e => NumberOf(e.Data)));

    private static int NumberOf(string data) => int.Parse(data.AsSpan(0, data.IndexOf(' ', StringComparison.Ordinal)));
}
