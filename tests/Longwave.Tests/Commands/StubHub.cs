using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwave.Tests.Commands;

/// <summary>A web server that answers as the test says: what a real hub does only on bad days.</summary>
internal sealed class StubHub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubHub(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(answer);
    }

    public string Url => _app.Urls.Single();

    public static async Task<StubHub> StartAsync(RequestDelegate answer)
    {
        var stub = new StubHub(answer);
        await stub._app.StartAsync();
        return stub;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
