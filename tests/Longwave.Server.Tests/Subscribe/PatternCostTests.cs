using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Longwave.Engine.Metrics;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Identity;
using Longwave.Server.Tests.Mercure;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>Clients at the limits of what patterns may cost: they are rejected with the cost and the limit, and others continue.</summary>
public sealed class PatternCostTests
{
    /// <summary>A simple template costs about 150.</summary>
    private const string Costly = "{+a}{?b,c,d,e}";

    [Fact]
    public async Task Get_SubscriptionTooCostly_Is400WithCostAndLimit()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Engine.Limits.MaxSubscriptionCost = 2_000);
        using HttpResponseMessage refused = await hub.GetAsync("?" + string.Join('&', Enumerable.Range(0, 50).Select(static i => $"topic={i}/{{x}}")));
        JsonElement problem = await TestHub.AssertProblemAsync(refused, 400, "patterns-too-costly", "topic");
        Assert.Matches("cost 2\\d\\d\\d so far; the limit is 2000", problem.GetProperty("detail").GetString());
        Assert.Equal((0, 0), (hub.Engine.ConnectionCount, hub.Engine.Metrics.Read(HubGauge.PatternCost)));
        using OpenStream exact = await hub.OpenAsync("?topic=a&topic=b/{x}");
    }

    [Theory]
    [InlineData("{a:90}{b:90}{c:90}{d:90}{e:90}{f:90}{g:90}{h:90}{i:90}{j:90}")]
    [InlineData("{a:100,b:100,c:100,d:100,e:100,f:100,g:100,h:100,i:100}")]
    public async Task Get_TemplateTooComplex_Is400(string template)
    {
        await using TestHub hub = await TestHub.StartAsync();
        using HttpResponseMessage refused = await hub.GetAsync($"?topic={Uri.EscapeDataString(template)}");
        JsonElement problem = await TestHub.AssertProblemAsync(refused, 400, "invalid-selector", "topic");
        Assert.Contains("too complex", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ClientTooCostly_Is429UntilItsStreamsEnd()
    {
        await using TestHub hub = await TestHub.StartAsync(static options =>
        {
            options.Server.Admission.LimitLoopback = true;
            options.Engine.Limits.MaxClientCost = 2_000;
        });
        using (OpenStream first = await hub.OpenAsync($"?topic={Uri.EscapeDataString(Costly)}"))
        {
            using HttpResponseMessage refused = await RefusedAsync(hub);
            JsonElement problem = await TestHub.AssertProblemAsync(refused, 429, "client-too-costly", "topic");
            Assert.Matches("cost \\d+;.* limit of 2000", problem.GetProperty("detail").GetString());
            using OpenStream exact = await hub.OpenAsync("?topic=a");
        }

        await UntilAsync(() => hub.Engine.Metrics.Read(HubGauge.PatternCost) == 0);
        using OpenStream again = await hub.OpenAsync($"?topic={Uri.EscapeDataString(Costly)}");
    }

    [Fact]
    public async Task Query_ManyUrlPatterns_IsRejectedBeforeAllAreCompiled()
    {
        await using MercureHub hub = await MercureHub.StartAsync(static options => options.Engine.Limits.MaxSubscriptionCost = 10_000);
        using HttpResponseMessage refused = await QueryAsync(hub, Enumerable.Range(0, 300).Select(static i => $"http://localhost/{i}/:x"));
        await TestHub.AssertProblemAsync(refused, 400, "patterns-too-costly", "match_urlpattern");
    }

    /// <summary>One request with patterns whose automata have exponentially many states: it is rejected, and memory does not grow.</summary>
    [Fact]
    public async Task Query_ExponentialPatterns_AreRejectedWithoutMemory()
    {
        await using MercureHub hub = await MercureHub.StartAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage refused = await QueryAsync(hub, Enumerable.Range(0, 300).Select(k => $"http://localhost/(.*a.{{11}}b.{{0,{k + i}}}c)"));
            JsonElement problem = await TestHub.AssertProblemAsync(refused, 400, "invalid-selector", "match_urlpattern");
            Assert.Contains("too complex", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 << 20);
    }

    [Fact]
    public async Task Token_GrantsTooCostly_IsRejected()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Auth.MaxGrantCost = 2_000);
        string grants = string.Join(',', Enumerable.Range(0, 50).Select(static i => $"\"{i}/{{x}}\""));
        using HttpResponseMessage refused = await hub.Hub.GetAsync("?topic=1/a", null, IdentityHub.Bearer(hub.Issuer.Token("alice", $$"""{"subscribe":[{{grants}}]}""")));
        JsonElement problem = await TestHub.AssertProblemAsync(refused, 401, "invalid-token");
        Assert.Matches("grants whose patterns cost 2\\d\\d\\d; the limit is 2000", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Renew_GrantsTooCostly_Is429AndTheStreamContinues()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync(static options => options.Engine.Limits.MaxClientCost = 1_024);
        using OpenStream stream = await hub.OpenAsync("?topic=a/1", hub.Issuer.Token("alice", """{"subscribe":["a/{n}"]}"""));
        using HttpResponseMessage refused = await hub.RenewAsync(stream, hub.Issuer.Token("alice", $$"""{"subscribe":["a/{n}",{{string.Join(',', Enumerable.Range(0, 9).Select(static i => $"\"{i}{Costly}\""))}}]}"""));
        await TestHub.AssertProblemAsync(refused, 429, "client-too-costly");
        await hub.PublishAsync("a/1", "still there");
        await stream.ReadUntilAsync("data: still there\n");
    }

    /// <summary>More patterns than a delivery thread may match for one stream: the renewal is rejected, and a new stream gets the grants.</summary>
    [Fact]
    public async Task Renew_TooManyPatterns_Is409AndANewStreamHasThem()
    {
        await using IdentityHub hub = await IdentityHub.StartAsync();
        string many = hub.Issuer.Token("alice", $$"""{"subscribe":[{{string.Join(',', Enumerable.Range(0, 33).Select(static i => $"\"a/{i}{{x}}\""))}}]}""");
        using OpenStream stream = await hub.OpenAsync("?topic=a/{n}", hub.Issuer.Token("alice", """{"subscribe":["a/1{x}"]}"""));
        using HttpResponseMessage refused = await hub.RenewAsync(stream, many);
        await TestHub.AssertProblemAsync(refused, 409, "needs-new-stream");
        using OpenStream costly = await hub.OpenAsync("?topic=a/{n}", many);
        await hub.PublishAsync("a/2x", "new grants");
        await hub.PublishAsync("a/1x", "both");
        await costly.ReadUntilAsync("data: new grants\n");
        Assert.DoesNotContain("new grants", await stream.ReadUntilAsync("data: both\n"), StringComparison.Ordinal);
        using HttpResponseMessage renewed = await hub.RenewAsync(costly, many);
        Assert.Equal(HttpStatusCode.NoContent, renewed.StatusCode);
    }

    /// <summary>Streams with as many patterns as the hub accepts, all met by every new topic: the streams of others receive their events.</summary>
    [Fact]
    public async Task Get_CostlyStreams_OthersReceiveTheirEvents()
    {
        await using TestHub hub = await TestHub.StartAsync(static options => options.Engine.Limits.MaxInlinePatterns = 4);
        using OpenStream other = await hub.OpenAsync("?topic=other");
        List<OpenStream> costly = [];
        for (int s = 0; s < 4; s++)
        {
            costly.Add(await hub.OpenAsync("?since=earliest&" + string.Join('&', Enumerable.Range(0, 100).Select(i => $"topic=%7B%2Ba%7Dx{s}x{i}"))));
        }

        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage created = await hub.PostAsync($"/v1/events?topic={new string('a', 900)}{i}", "x");
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            using HttpResponseMessage own = await hub.PostAsync("/v1/events?topic=other", $"{i}");
            await other.ReadUntilAsync($"data: {i}\n");
        }

        costly.ForEach(static stream => stream.Dispose());
        await UntilAsync(() => hub.Engine.Metrics.Read(HubGauge.PatternCost) == 0);
    }

    private static async Task<HttpResponseMessage> RefusedAsync(TestHub hub)
    {
        // Several streams fit until the limit; each counts, although they request the same pattern.
        List<HttpResponseMessage> answers = [];
        do
        {
            Assert.InRange(answers.Count, 0, 20);
            answers.Add(await hub.GetAsync($"?topic={Uri.EscapeDataString(Costly)}"));
        }
        while (answers[^1].StatusCode == HttpStatusCode.OK);
        answers[..^1].ForEach(static answer => answer.Dispose());
        return answers[^1];
    }

    private static async Task<HttpResponseMessage> QueryAsync(MercureHub hub, IEnumerable<string> patterns)
    {
        using var content = new StringContent(string.Join('&', patterns.Select(static pattern => "match_urlpattern=" + Uri.EscapeDataString(pattern))), Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var request = new HttpRequestMessage(new HttpMethod("QUERY"), MercureHub.Path) { Content = content };
        return await hub.Hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }
}
