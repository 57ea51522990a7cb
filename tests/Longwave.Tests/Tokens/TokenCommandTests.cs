using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Tokens;

/// <summary>Tests of <c>longwave token</c>, and of a hub that accepts its tokens.</summary>
public sealed class TokenCommandTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("longwave-token-");

    private string Key => Path.Combine(_home.FullName, "dev.key");

    private string Config => Path.Combine(_home.FullName, "hub.json");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task NewKey_ThenServeAndToken_WorkTogether()
    {
        CommandResult made = (await CommandRun.RunAsync("token", "--new-key", Key)).Succeeded();
        await File.WriteAllTextAsync(Config, made.Output);
        string secret = (await File.ReadAllTextAsync(Key)).Trim();
        Assert.DoesNotContain(secret, made.Output + made.Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
        }

        string token = (await CommandRun.RunAsync("token", "--key", Key, "--subject", "me", "--publish", "demo", "--subscribe", "demo", "--type", "t")).Succeeded().Output.Trim();
        await using CommandRun hub = Serve("http://127.0.0.1:0", "--verbose");
        string url = await UrlAsync(hub);
        await AssertAsync(HttpStatusCode.Unauthorized, url, "/v1/events?topic=demo&type=t", null);
        await AssertAsync(HttpStatusCode.Forbidden, url, "/v1/events?topic=demo", token);
        await AssertAsync(HttpStatusCode.Created, url, "/v1/events?topic=demo&type=t", token);

        // The commands send the token too, and do not retry a revoked stream.
        CommandResult published = await RunWithTokenAsync(token, "publish", "demo", "hello", "--type", "t", "--hub", url);
        published.Succeeded();
        CommandResult refused = await RunWithTokenAsync(null, "publish", "demo", "hello", "--hub", url);
        refused.Failed(1);
        Assert.Contains("Send a token", refused.Error, StringComparison.Ordinal);
        await using CommandRun tail = StartWithToken(token, "tail", "demo", "--type", "t", "--since", "earliest", "--hub", url);
        await tail.Output.WaitForAsync("hello");
        string root = (await CommandRun.RunAsync("token", "--key", Key, "--subject", "root", "--admin")).Succeeded().Output.Trim();
        await AssertAsync(HttpStatusCode.Created, url, "/v1/revocations", root, """{"sub":"me"}""");
        CommandResult ended = await tail.EndAsync();
        ended.Failed(1);
        Assert.Contains("revoked", ended.Error, StringComparison.Ordinal);
        CommandResult hubEnd = await hub.InterruptAsync();
        Assert.DoesNotContain(token.Split('.')[2], hubEnd.Output + hubEnd.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewKey_ExistingFile_IsUnchanged()
    {
        await File.WriteAllTextAsync(Key, "mine");
        (await CommandRun.RunAsync("token", "--new-key", Key)).Failed(1);
        Assert.Equal("mine", await File.ReadAllTextAsync(Key));
    }

    [Fact]
    public async Task ApiKey_Created_IsShownOnceAndAcceptedByItsHash()
    {
        CommandResult made = (await CommandRun.RunAsync("token", "--api-key", "billing", "--publish", "invoices/{id}")).Succeeded();
        string key = made.Error.Split('\n').Single(static line => line.StartsWith("lwk_billing_", StringComparison.Ordinal)).Trim();
        Assert.DoesNotContain(key, made.Output, StringComparison.Ordinal);
        JsonElement entry = JsonDocument.Parse(made.Output).RootElement.GetProperty("Auth").GetProperty("ApiKeys")[0];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), entry.GetProperty("Sha256").GetString());
        await File.WriteAllTextAsync(Config, made.Output);
        await using CommandRun hub = Serve("http://127.0.0.1:0");
        string url = await UrlAsync(hub);
        await AssertAsync(HttpStatusCode.Created, url, "/v1/events?topic=invoices/1", key);
        await AssertAsync(HttpStatusCode.Forbidden, url, "/v1/events?topic=other", key);
    }

    [Fact]
    public async Task Serve_OpenAddressWithAuth_RequiresInsecureOnlyForAnonymousRights()
    {
        await File.WriteAllTextAsync(Config, (await CommandRun.RunAsync("token", "--new-key", Key)).Succeeded().Output);
        await using (CommandRun hub = Serve("http://0.0.0.0:0"))
        {
            await UrlAsync(hub);
            Assert.DoesNotContain("WARNING", (await hub.InterruptAsync()).Error, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(Config, """{ "Auth": { "Anonymous": { "Subscribe": [{ "Topic": "*" }] } } }""");
        await using CommandRun refused = Serve("http://0.0.0.0:0");
        CommandResult result = (await refused.EndAsync()).Failed(2);
        Assert.Contains("Auth:Anonymous", result.Error, StringComparison.Ordinal);
        Assert.Contains("--insecure", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_InvalidKey_NamesItInOneLine()
    {
        await File.WriteAllTextAsync(Config, (await CommandRun.RunAsync("token", "--new-key", Key)).Succeeded().Output);
        await File.WriteAllTextAsync(Key, "much too short");
        await using CommandRun hub = Serve("http://127.0.0.1:0");
        CommandResult result = (await hub.EndAsync()).Failed(2);
        Assert.Contains(Key, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("much too short", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Use exactly one of")]
    [InlineData("Use exactly one of", "--key", "a", "--api-key", "b")]
    [InlineData("The subject of the token", "--key", "a")]
    [InlineData("not a key name", "--api-key", "a_b")]
    [InlineData("The template", "--key", "a", "--subject", "b", "--publish", "{")]
    [InlineData("longwave.", "--key", "a", "--subject", "b", "--type", "longwave.x")]
    public async Task Token_InvalidArguments_NamesThem(string sentence, params string[] arguments)
    {
        CommandResult result = (await CommandRun.RunAsync(["token", .. arguments])).Failed(2);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tail", "demo")]
    [InlineData("publish", "demo", "x")]
    [InlineData("demo")]
    public async Task Commands_TokenFileThatIsMissingOrEmpty_EndAtOnce(params string[] arguments)
    {
        string file = Path.Combine(_home.FullName, "token.txt");
        Func<string, string?> variables = name => name == "LONGWAVE_TOKEN_FILE" ? file : null;
        await using CommandRun missing = CommandRun.StartWith(null, terminal => terminal with { Variable = variables }, arguments);
        Assert.Contains($"Cannot read the token file {file}: ", (await missing.EndAsync()).Failed(1).Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "\n");
        await using CommandRun empty = CommandRun.StartWith(null, terminal => terminal with { Variable = variables }, arguments);
        Assert.Contains("contains no token", (await empty.EndAsync()).Failed(1).Error, StringComparison.Ordinal);
        await using CommandRun option = CommandRun.Start([.. arguments, "--token-file", file]);
        Assert.Contains("contains no token", (await option.EndAsync()).Failed(1).Error, StringComparison.Ordinal);
    }

    private CommandRun Serve(string url, params string[] more) =>
        CommandRun.Start(["serve", "--urls", url, "--data", Path.Combine(_home.FullName, "data"), "--config", Config, .. more]);

    private static async Task<string> UrlAsync(CommandRun hub)
    {
        const string Beginning = "Longwave listens on ";
        await hub.Output.WaitForAsync("Ctrl+C");
        return hub.Output.Lines.First(static line => line.StartsWith(Beginning, StringComparison.Ordinal))[Beginning.Length..].Split(", ")[0];
    }

    private static CommandRun StartWithToken(string? token, params string[] arguments) =>
        CommandRun.StartWith(null, terminal => terminal with { Variable = name => name == "LONGWAVE_TOKEN" ? token : null }, arguments);

    private static async Task<CommandResult> RunWithTokenAsync(string? token, params string[] arguments)
    {
        await using CommandRun run = StartWithToken(token, arguments);
        return await run.EndAsync();
    }

    private static async Task AssertAsync(HttpStatusCode status, string url, string path, string? token, string body = "x")
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url + path) { Content = new StringContent(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
    }
}
