using System.Net;
using System.Net.Http.Headers;
using Longwave.Server.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Server.Tests.Page;

public sealed class PageEndpointTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-page-tests-");
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private WebApplication _app = null!;

    /// <summary>The page below a path base, as behind a proxy, and below a prefix, as inside an application.</summary>
    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.AddLongwave(options =>
        {
            options.Engine.DataDirectory = _directory.FullName;
            options.Engine.DrainWindow = TimeSpan.Zero;
        });
        _app = builder.Build();
        _app.UsePathBase("/base");
        _app.UseRouting();
        _app.MapLongwave("/hub");
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("/hub", "/hub/")]
    [InlineData("/hub?topic=a%2Fb&x", "/hub/?topic=a%2Fb&x")]
    [InlineData("/base/hub", "/base/hub/")]
    public async Task Get_PrefixWithoutSlash_RedirectsToTheSlash(string path, string location)
    {
        using HttpResponseMessage response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.PermanentRedirect, response.StatusCode);
        Assert.Equal(location, response.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/hub/")]
    [InlineData("/base/hub/")]
    public async Task Get_BelowAPrefix_EveryLinkOfThePageIsValid(string index)
    {
        string html = await _http.GetStringAsync(index);
        foreach (string address in (string[])["page/page.js", "page/page.css", "page/icon.svg"])
        {
            Assert.Contains($"\"{address}\"", html);
            using HttpResponseMessage response = await _http.GetAsync(index + address);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using HttpResponseMessage topics = await _http.GetAsync(index + "v1/topics");
        Assert.Equal(HttpStatusCode.OK, topics.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page/page.js")]
    [InlineData("/hub/page/")]
    [InlineData("/hub/page/index.html")]
    [InlineData("/hub/page/PAGE.JS")]
    [InlineData("/hub/page/page.js/more")]
    public async Task Get_NoSuchFile_NotFound(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("*", HttpStatusCode.NotModified)]
    [InlineData("TAG", HttpStatusCode.NotModified)]
    [InlineData("\"a\", W/TAG", HttpStatusCode.NotModified)]
    [InlineData("\"a\"", HttpStatusCode.OK)]
    [InlineData("garbage", HttpStatusCode.OK)]
    public async Task Get_IfNoneMatch_IsAnsweredByTheTag(string header, HttpStatusCode expected)
    {
        EntityTagHeaderValue tag = (await _http.GetAsync("/hub/")).Headers.ETag!;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hub/");
        request.Headers.TryAddWithoutValidation("If-None-Match", header.Replace("TAG", tag.Tag, StringComparison.Ordinal));
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(tag, response.Headers.ETag);
    }

    [Theory]
    [InlineData("OPTIONS", HttpStatusCode.NoContent)]
    [InlineData("PUT", HttpStatusCode.MethodNotAllowed)]
    [InlineData("BREW", HttpStatusCode.MethodNotAllowed)]
    public async Task Send_OtherMethods_ListTheAllowedOnes(string method, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/hub/");
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(["GET", "HEAD", "OPTIONS"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Get_EveryFile_RefersOnlyToExistingFiles()
    {
        var files = _app.Services.GetRequiredService<PageFiles>();
        Assert.NotNull(files.Find(PageFiles.Index));
        foreach (string name in files.Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal)))
        {
            string script = await _http.GetStringAsync($"/hub/page/{name}");
            IEnumerable<string> imported = script.Split('\n')
                .Where(line => line.StartsWith("import ", StringComparison.Ordinal))
                .Select(line => line[(line.LastIndexOf(" './", StringComparison.Ordinal) + 4)..line.LastIndexOf('\'')]);
            Assert.All(imported, file => Assert.NotNull(files.Find(file)));
        }
    }
}
