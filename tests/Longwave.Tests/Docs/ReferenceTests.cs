using System.Globalization;
using System.Reflection;
using System.Text;
using Longwave.Client;
using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Serve;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.Extensions.Logging;

namespace Longwave.Tests.Docs;

/// <summary>The pages of docs/reference match the code. LONGWAVE_UPDATE_DOCS=1 writes them.</summary>
public sealed class ReferenceTests
{
    private const string Generated = "<!-- Made from the code by ReferenceTests: change it there. -->\n";

    [Fact]
    public void Configuration_OfEveryOption_IsCurrent() => GeneratedPage.Verify(
        "docs/reference/configuration.md",
        new ConfigurationReference()
            .Text("# Configuration\n\n" + Generated)
            .Text("""
                The hub reads three sources, and a later one overrides an earlier one: a JSON file (`longwave serve --config hub.json`), environment variables, and
                command line options. The sections below are objects of the file. In a variable, two underscores separate the parts of a key:
                `LONGWAVE__ENGINE__HEARTBEAT=00:00:30`. The hub checks all values at start and rejects an unknown key, so a misspelt limit does not
                silently keep its default. Durations are `days.hours:minutes:seconds`.
                """)
            .Section("Engine", typeof(EngineOptions), "The event log and the delivery of events.")
            .Section("Server", typeof(ServerOptions), "The HTTP endpoints.")
            .Section("Auth", typeof(AuthOptions), "Authentication and rights. With no issuer, no API key and no anonymous rights, the hub requires no authentication and listens only on loopback.")
            .Section("Mercure", typeof(MercureOptions), "The Mercure protocol at `/.well-known/mercure`; see [moving from Mercure](../how-to/move-from-mercure.md).")
            .Section("Listen", typeof(ListenSettings), "Where the executable listens. An application that embeds the hub configures this on the web server.")
            .ToString());

    [Fact]
    public void Problems_OfEveryType_AreCurrent()
    {
        var page = new StringBuilder("# Problems\n\n" + Generated);
        page.Append("""

            A rejected request changes nothing. The hub answers it with a problem document (RFC 9457, `application/problem+json`):
            `type` (the stable URI below), `title`, `status`, `detail` (what is wrong with this request), `field` (the parameter, header or attribute) and,
            for batches, `index` (the index of the event, from 0).

            | status | `type` | what it is | what to do |
            |---|---|---|---|

            """);
        foreach (var type in ProblemTypes.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {type.Status} | `{type.Uri}` | {GeneratedPage.Cell(type.Title)} | {GeneratedPage.Cell(type.Remedy)} |\n");
        }

        GeneratedPage.Verify("docs/reference/problems.md", page.ToString());
    }

    [Fact]
    public void LogEvents_OfEveryProject_AreCurrent()
    {
        var page = new StringBuilder("# Log events\n\n" + Generated);
        page.Append("""

            Messages that the hub writes to its log. An id never changes its meaning: filter and alert by it.

            | id | level | message |
            |---|---|---|

            """);
        var messages = new[] { typeof(HubEngine).Assembly, typeof(LongwaveOptions).Assembly, typeof(ListenSettings).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(message => message.EventId);
        foreach (var message in messages)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {message.EventId} | {message.Level} | {GeneratedPage.Cell(message.Message)} |\n");
        }

        GeneratedPage.Verify("docs/reference/log-events.md", page.ToString());
    }

    [Fact]
    public void DotnetClient_OfEveryPublicType_IsCurrent() => GeneratedPage.Verify(
        "docs/reference/dotnet-client.md",
        new ApiReference(typeof(LongwaveClient).Assembly)
            .Write("# .NET client\n\n" + Generated + "\nPackage `Longwave.Client`. How to use it: [subscribe and publish from .NET](../how-to/dotnet-client.md).\n"));

    [Fact]
    public async Task CommandLine_OfEveryCommand_IsCurrent()
    {
        await using var session = await ShellSession.OpenAsync();
        var help = await session.RunAsync("longwave --help");
        var commands = help.Split('\n')
            .SkipWhile(line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Select(line => line.Trim().Split(' ')[0]);
        var page = new StringBuilder("# Command line\n\n" + Generated);
        page.Append(CultureInfo.InvariantCulture, $"\n```text\n{Trim(help)}\n```\n");
        foreach (var command in commands)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## longwave {command}\n\n```text\n{Trim(await session.RunAsync($"longwave {command} --help"))}\n```\n");
        }

        GeneratedPage.Verify("docs/reference/command-line.md", page.ToString());
    }

    private static string Trim(string help) => string.Join('\n', help.Trim().Split('\n').Select(line => line.TrimEnd()));
}
