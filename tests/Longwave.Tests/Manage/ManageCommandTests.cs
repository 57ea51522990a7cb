using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Longwave.Terminals;
using Longwave.Tests.Commands;

namespace Longwave.Tests.Manage;

/// <summary>The commands of operators against a real hub.</summary>
public sealed class ManageCommandTests(HubProcess hub) : IClassFixture<HubProcess>
{
    [Fact]
    public async Task Topics_MoreThanAPage_ListsEveryTopicOnce()
    {
        // A page has at most 1,000 topics.
        string name = $"many-{Guid.NewGuid():N}";
        await PublishLinesAsync(Enumerable.Range(0, 2_500).Select(i => $$"""{"topic":"{{name}}/{{i:00000}}","data":"x"}"""));
        CommandResult lines = (await CommandRun.RunAsync("topics", name + "/{n}", "--hub", hub.Url)).Succeeded();
        Assert.Equal(Enumerable.Range(0, 2_500).Select(i => $"{name}/{i:00000}"), lines.Lines.Select(static line => line.Split('\t')[0]));
        string[] columns = lines.Lines[0].Split('\t');
        Assert.Equal(("1", "1", "log"), (columns[1], columns[2], columns[5]));

        CommandResult json = (await CommandRun.RunAsync("topics", name + "/{n}", "--json", "--hub", hub.Url)).Succeeded();
        Assert.Equal(2_500, json.Lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("topic").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Topics_OnATerminal_IsATable()
    {
        string name = $"table-{Guid.NewGuid():N}";
        await PublishLinesAsync(Enumerable.Range(0, 1_500).Select(_ => $$"""{"topic":"{{name}}","data":"x"}"""));
        await using CommandRun run = CommandRun.StartWith(null, static terminal => terminal with { OutputIsTerminal = true }, "topics", name, "--hub", hub.Url);
        CommandResult table = (await run.EndAsync()).Succeeded();
        Assert.Equal(2, table.Lines.Length);
        Assert.StartsWith("TOPIC ", table.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{name}  1,500   1,500  ", table.Lines[1], StringComparison.Ordinal);
        Assert.Equal(table.Lines[0].IndexOf("EVENTS", StringComparison.Ordinal), table.Lines[1].IndexOf("1,500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_OpenStream_IsListedAndRevokeEndsIt()
    {
        string topic = $"open-{Guid.NewGuid():N}";
        await using CommandRun tail = CommandRun.Start("tail", topic, "--hub", hub.Url);
        string[] line = [];
        while (line.Length == 0)
        {
            line = Array.Find((await CommandRun.RunAsync("connections", "--hub", hub.Url)).Succeeded().Lines, found => found.EndsWith(topic, StringComparison.Ordinal))?.Split('\t') ?? [];
        }

        Assert.Equal(("", "127.0.0.1", topic), (line[1], line[2], line[5]));
        CommandResult json = (await CommandRun.RunAsync("connections", "--json", "--hub", hub.Url)).Succeeded();
        Assert.Contains(json.Lines, found => JsonDocument.Parse(found).RootElement.GetProperty("id").GetString() == line[0]);
        Assert.Empty((await CommandRun.RunAsync("connections", "--subject", "unknown", "--hub", hub.Url)).Succeeded().Lines);

        CommandResult revoked = (await CommandRun.RunAsync("revoke", "--connection", line[0], "--hub", hub.Url)).Succeeded();
        Assert.Equal("Ended. Streams ended: 1.\n", revoked.Output);
        await tail.EndAsync();
        CommandResult gone = (await CommandRun.RunAsync("revoke", "--connection", line[0], "--hub", hub.Url)).Failed(1);
        Assert.Contains("No open stream has this id.", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_ReadyHub_Succeeds()
    {
        Assert.Equal("healthy\n", (await CommandRun.RunAsync("health", "--hub", hub.Url)).Succeeded().Output);
        string json = (await CommandRun.RunAsync("health", "--json", "--hub", hub.Url)).Succeeded().Output;
        Assert.Equal("healthy", JsonDocument.Parse(json).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Health_NoHub_FailsWithTheReason()
    {
        CommandResult result = (await CommandRun.RunAsync("health", "--hub", "http://127.0.0.1:1")).Failed(1);
        Assert.Contains("No hub listens at http://127.0.0.1:1.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_WithYes_DeletesTheTopic()
    {
        string topic = $"purged-{Guid.NewGuid():N}";
        await PublishLinesAsync([$$"""{"topic":"{{topic}}","data":"one"}""", $$"""{"topic":"{{topic}}","data":"two"}"""]);
        string[] positions = [.. (await PollAsync(topic)).Select(static e => e.GetProperty("id").GetString()!)];
        CommandResult part = (await CommandRun.RunAsync("purge", topic, "--through", positions[0], "--yes", "--hub", hub.Url)).Succeeded();
        Assert.Equal($"Deleted through {positions[0]}.\n", part.Output);
        Assert.Equal(positions[1], Assert.Single(await PollAsync(topic)).GetProperty("id").GetString());
        CommandResult again = (await CommandRun.RunAsync("purge", topic, "--before", "1h", "--yes", "--hub", hub.Url)).Succeeded();
        Assert.Equal("There was nothing to delete.\n", again.Output);
        CommandResult all = (await CommandRun.RunAsync("purge", topic, "--yes", "--json", "--hub", hub.Url)).Succeeded();
        Assert.True(JsonDocument.Parse(all.Output).RootElement.GetProperty("empty").GetBoolean());
        Assert.Empty(await PollAsync(topic));
    }

    [Fact]
    public async Task Purge_WithoutATerminalAndYes_DeletesNothing()
    {
        string topic = $"kept-{Guid.NewGuid():N}";
        await PublishLinesAsync([$$"""{"topic":"{{topic}}","data":"one"}"""]);
        CommandResult result = (await CommandRun.RunWithAsync("yes\n", "purge", topic, "--hub", hub.Url)).Failed(2);
        Assert.Equal("longwave: The deletion cannot be undone: confirm it with --yes.\n", result.Error);
        Assert.Single(await PollAsync(topic));
    }

    [Theory]
    [InlineData("yes\n", true)]
    [InlineData("yes", true)]
    [InlineData("y\n", false)]
    [InlineData("\n", false)]
    [InlineData("", false)]
    public async Task Purge_OnATerminal_AsksFirst(string answer, bool isDeleted)
    {
        string topic = $"asked-{Guid.NewGuid():N}";
        await PublishLinesAsync([$$"""{"topic":"{{topic}}","data":"one"}"""]);
        await using CommandRun run = CommandRun.StartWith(
            new MemoryStream(Encoding.UTF8.GetBytes(answer)), static terminal => terminal with { InputIsTerminal = true }, "purge", topic, "--hub", hub.Url);
        CommandResult result = await run.EndAsync();
        Assert.Equal(isDeleted ? 0 : 1, result.ExitCode);
        Assert.StartsWith($"Delete all events of topic '{topic}' at {hub.Url}? Type yes: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(isDeleted ? 0 : 1, (await PollAsync(topic)).Count);
    }

    [Theory]
    [InlineData("purge t --through x --before 1h", "Use either --through or --before, not both.")]
    [InlineData("revoke", "Use exactly one of --token-id, --subject and --connection.")]
    [InlineData("revoke --subject a --connection b", "Use exactly one of --token-id, --subject and --connection.")]
    [InlineData("revoke --connection a --issuer b", "--issuer is for --token-id and --subject only.")]
    public async Task CommandLine_Invalid_IsRejected(string line, string message)
    {
        CommandResult result = (await CommandRun.RunAsync(line.Split(' '))).Failed(2);
        Assert.StartsWith($"longwave: {message}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_UnknownTopic_FailsWithTheReasonOfTheHub()
    {
        CommandResult result = (await CommandRun.RunAsync("purge", "never/published", "--yes", "--hub", hub.Url)).Failed(1);
        Assert.StartsWith("longwave: The hub answered: The log has no such topic.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topics_TokenFileThatIsMissing_FailsWithItsName()
    {
        CommandResult result = (await CommandRun.RunAsync("topics", "--token-file", "/nonexistent/token", "--hub", hub.Url)).Failed(1);
        Assert.Contains("/nonexistent/token", result.Error, StringComparison.Ordinal);
    }

    private async Task PublishLinesAsync(IEnumerable<string> lines)
    {
        (await CommandRun.RunWithAsync(string.Join('\n', lines), "publish", "--ndjson", "--hub", hub.Url)).Succeeded();
    }

    private async Task<List<JsonElement>> PollAsync(string topic)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{hub.Url}/v1/events?topic={topic}&since=earliest");
        request.Headers.Accept.ParseAdd("application/json");
        using HttpResponseMessage response = await hub.Http.SendAsync(request);
        return [.. (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("events").EnumerateArray()];
    }
}
