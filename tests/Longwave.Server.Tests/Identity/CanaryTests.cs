using System.Diagnostics;
using System.Net;
using System.Text;
using Longwave.Server.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Tests.Identity;

/// <summary>Sends secrets by every input, and searches all outputs for them.</summary>
public sealed class CanaryTests(ITestOutputHelper output)
{
    private const string All = """{"publish":["*"],"subscribe":["*"],"admin":true}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Secrets_InAnyCredential_AreNeverLogged(bool queryTokens)
    {
        var traces = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (traces)
                {
                    traces.Add($"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(static tag => $"{tag.Key}={tag.Value}"))}");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var answers = new StringBuilder();
        var secrets = new List<string>();
        string logs;
        await using (IdentityHub hub = await IdentityHub.StartAsync(options => options.Auth.QueryTokens = queryTokens, LogLevel.Trace))
        {
            string good = hub.Issuer.Token("alice", All);
            string ticket = "canary-ticket-4b1d";
            string key = "lwk_canary_7f2c9e4a";
            string bad = good[..^6] + "CANARY";
            secrets.AddRange([good, good.Split('.')[2], ticket, key, bad, bad.Split('.')[2], "canary-in-a-broken-header"]);
            string ours = await RealTicketAsync(hub, good);
            secrets.Add(ours);
            foreach (string secret in (string[])[good, bad, key, hub.Issuer.Token("alice", All, TimeSpan.FromMinutes(-5)), "canary-ticket-4b1d"])
            {
                secrets.Add(secret);
                foreach (string path in (string[])["/v1/events?topic=a", "/v1/topics", "/v1/connections", "/v1/connections/x", "/v1/nothing", "/healthz"])
                {
                    await AskAsync(hub, answers, HttpMethod.Get, path, IdentityHub.Bearer(secret));
                    await AskAsync(hub, answers, HttpMethod.Get, path, ("Cookie", $"longwave_token={secret}"));
                    string joined = path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?');
                    await AskAsync(hub, answers, HttpMethod.Get, $"{joined}access_token={secret}");
                    await AskAsync(hub, answers, HttpMethod.Get, $"{joined}ticket={secret}");
                    await AskAsync(hub, answers, HttpMethod.Get, $"{joined}tickte={secret}");
                }

                foreach (string path in (string[])["/v1/events?topic=a", "/v1/tickets", "/v1/revocations", "/v1/connections/x/token"])
                {
                    await AskAsync(hub, answers, HttpMethod.Post, path, IdentityHub.Bearer(secret));
                    await AskAsync(hub, answers, HttpMethod.Post, path, ("Cookie", $"longwave_token={secret}"));
                }
            }

            await AskAsync(hub, answers, HttpMethod.Get, $"/v1/events?topic=a&ticket={ours}");
            await AskBrokenAsync(hub, answers);
            await hub.Hub.StopAsync();
            logs = string.Join('\n', hub.Hub.Logs.Lines);
        }

        Assert.NotEmpty(logs);
        Assert.NotEqual(0, answers.Length);
        string traced;
        lock (traces)
        {
            traced = string.Join('\n', traces);
        }

        // Only the response to the ticket request may contain the ticket.
        int hits = secrets.Distinct().Sum(secret => Count(logs, secret) + Count(answers.ToString(), secret) + Count(traced, secret));
        output.WriteLine($"{secrets.Distinct().Count()} secrets in {logs.Length:N0} characters of log, {answers.Length:N0} of answers and {traced.Length:N0} of traces: {hits} hits.");
        string[] found = [.. secrets.Distinct().Where(secret => Count(logs, secret) + Count(answers.ToString(), secret) + Count(traced, secret) > 0)];
        Assert.True(hits == 0, string.Join('\n', found.SelectMany(secret => (logs + '\n' + answers + '\n' + traced).Split('\n').Where(line => line.Contains(secret, StringComparison.Ordinal)).Take(3))));
    }

    private static int Count(string text, string secret) => text.Split(secret).Length - 1;

    private static async Task<string> RealTicketAsync(IdentityHub hub, string token)
    {
        using HttpResponseMessage response = await hub.Hub.PostAsync("/v1/tickets", "", null, IdentityHub.Bearer(token));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await TestHub.ReadJsonAsync(response)).GetProperty("ticket").GetString()!;
    }

    /// <summary>Requests that the web server rejects before authentication.</summary>
    private static async Task AskBrokenAsync(IdentityHub hub, StringBuilder answers)
    {
        foreach (string broken in (string[])["Authorization: Bearer canary-in-a-broken-header\0", "Authorization : canary-in-a-broken-header", "canary-in-a-broken-header"])
        {
            answers.Append(await RawConnection.RoundTripAsync(hub.Hub.Address, $"GET /v1/events?topic=a HTTP/1.1\r\nHost: localhost\r\n{broken}\r\n\r\n"));
        }

        answers.Append(await RawConnection.RoundTripAsync(hub.Hub.Address, "GET /v1/events?ticket=canary-ticket-4b1d X\r\n\r\n"));
    }

    private static async Task AskAsync(IdentityHub hub, StringBuilder answers, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.ParseAdd("application/json");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await hub.Hub.Http.SendAsync(request);
        string body = path.StartsWith("/v1/tickets", StringComparison.Ordinal) && response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();
        answers.Append(response.Headers).Append(response.Content.Headers).Append(body);
    }
}
