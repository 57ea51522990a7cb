using Longwave.BadDays.Tests.Hubs;
using Longwave.BadDays.Tests.Machines;

namespace Longwave.BadDays.Tests;

/// <summary>A client whose machine or network is gone: no packet reports it.</summary>
public sealed class VanishedClientTests
{
    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2-prior-knowledge")]
    public async Task Heartbeat_ClientVanishedWithoutFin_EndsItsStreams(string protocol)
    {
        using var directory = new TempDirectory();
        await using FarMachine far = await FarMachine.ConnectAsync();
        HubSettings settings = new HubSettings { DataDirectory = directory["data"], Host = far.NearAddress, Arguments = ["--insecure"] }
            .With(("Engine:Heartbeat", "00:00:00.500"), ("Engine:StallTimeout", "00:00:03"));
        await using HubProcess hub = await HubProcess.StartAsync(settings);
        using var client = new HubClient(settings.Address);
        for (int i = 0; i < 3; i++)
        {
            far.StartProgram("curl", "-sN", protocol, $"{settings.Address}v1/events?topic=t");
        }

        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == 3, () => "the far clients are not connected");
        await far.PullCableAsync();
        await Patience.UntilAsync(async () => await client.ConnectionsAsync() == 0, () => "the hub still holds streams of a machine that is gone");
        Assert.Equal("healthy", await client.StatusAsync());
    }
}
