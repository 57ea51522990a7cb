using Longwave.Tests.Commands;

namespace Longwave.Tests.Serve;

/// <summary>Shutdown of a hub process by signals.</summary>
public sealed class ServeSignalTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Serve_Signal_NotifiesTheClientsAndExitsWithZero(string signal)
    {
        var hub = new HubProcess();
        await using (hub.ConfigureAwait(false))
        {
            await hub.InitializeAsync();
            using HttpResponseMessage stream = await hub.Http.GetAsync($"{hub.Url}/v1/events?topic=a", HttpCompletionOption.ResponseHeadersRead);
            await hub.SignalAsync(signal);
            Assert.Contains("event: longwave.reconnect\n", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(0, await hub.EndAsync());
        }
    }

    [Fact]
    public async Task Serve_SecondInterrupt_EndsWithoutWaitingForTheClients()
    {
        var hub = new HubProcess();
        await using (hub.ConfigureAwait(false))
        {
            hub.Settings["LONGWAVE__ENGINE__DRAINWINDOW"] = "01:00:00";
            await hub.InitializeAsync();
            var streams = new List<HttpResponseMessage>();
            for (int i = 0; i < 10; i++)
            {
                streams.Add(await hub.Http.GetAsync($"{hub.Url}/v1/events?topic=a", HttpCompletionOption.ResponseHeadersRead));
            }

            await hub.SignalAsync("INT");
            while ((await hub.Http.GetAsync($"{hub.Url}/readyz")).IsSuccessStatusCode)
            {
                await Task.Yield();
            }

            await hub.SignalAsync("INT");
            Assert.Equal(0, await hub.EndAsync());
            streams.ForEach(stream => stream.Dispose());
        }
    }

    [Fact]
    public async Task Serve_Hangup_ContinuesAndLogsIt()
    {
        await using var hub = new HubProcess();
        await hub.InitializeAsync();

        await hub.SignalAsync("HUP");
        await hub.Errors.WaitForAsync("SIGHUP");

        Assert.True((await hub.Http.GetAsync($"{hub.Url}/readyz")).IsSuccessStatusCode);
        await hub.SignalAsync("TERM");
        Assert.Equal(0, await hub.EndAsync());
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Serve_VerboseLogWithoutReader_ServesAndDrains(string format)
    {
        await using var hub = new HubProcess { ReadsErrors = false };
        hub.Arguments.AddRange(["--verbose", "--log-format", format]);
        await hub.InitializeAsync();

        // Each request logs several lines; the pipe holds 64 KB and the queue of the log 2,500 lines.
        const int Requests = 4_000;
        for (int i = 0; i < Requests; i++)
        {
            using HttpResponseMessage answer = await hub.Http.GetAsync($"{hub.Url}/healthz").WaitAsync(HubProcess.Patience);
            Assert.True(answer.IsSuccessStatusCode);
        }

        await hub.SignalAsync("TERM");
        Assert.Equal(0, await hub.EndAsync());
    }
}
