using System.Net;
using System.Text.Json;
using Longwave.Engine.Health;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.Manage;

public sealed class HealthEndpointTests
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Get_LoopHasFailed_Is503AndNamesIt(string path)
    {
        await using TestHub hub = await TestHub.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await hub.Http.GetAsync(path)).StatusCode);
        hub.Service<BackgroundLoops>().Fail("longwave-test", new InvalidOperationException("It fails."));
        using HttpResponseMessage response = await hub.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        JsonElement health = await TestHub.ReadJsonAsync(response);
        Assert.Equal("failed", health.GetProperty("status").GetString());
        Assert.Equal("longwave-test", Assert.Single(health.GetProperty("failed").EnumerateArray()).GetString());
    }
}
