using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Tests.Commands;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Tests.Restore;

public sealed class RenewEpochCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task RenewEpoch_OfALog_ChangesOnlyTheEpoch()
    {
        uint before = await OpenAndCloseAsync();
        CommandResult result = (await CommandRun.RunAsync("renew-epoch", "--data", _directory.FullName)).Succeeded();
        uint after = await OpenAndCloseAsync();

        Assert.NotEqual(before, after);
        Assert.Equal($"The log in {_directory.FullName} now has epoch {after:x8} (before: {before:x8}).\n", result.Output);
    }

    [Fact]
    public async Task RenewEpoch_WhileAHubRuns_FailsAndChangesNothing()
    {
        await using HubEngine hub = Open();
        CommandResult result = (await CommandRun.RunAsync("renew-epoch", "--data", _directory.FullName)).Failed(1);
        Assert.Contains("in use by another hub", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenewEpoch_WithoutALog_FailsAndCreatesNone()
    {
        CommandResult result = (await CommandRun.RunAsync("renew-epoch", "--data", _directory.FullName)).Failed(1);
        Assert.Equal($"longwave: There is no log in {_directory.FullName}: longwave.db is missing. Set the directory of the restored log with --data.\n", result.Error);
        Assert.Empty(_directory.EnumerateFileSystemInfos());
    }

    private HubEngine Open() => HubEngine.Open(new EngineOptions { DataDirectory = _directory.FullName }, TimeProvider.System, NullLoggerFactory.Instance);

    private async Task<uint> OpenAndCloseAsync()
    {
        await using HubEngine hub = Open();
        return hub.Tip.Epoch;
    }
}
