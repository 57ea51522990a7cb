using System.Globalization;
using System.Text.Json;
using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Revocations;
using Longwave.Protocol.Events;
using Longwave.Tests.Commands;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Tests.Backups;

/// <summary>The commands check, backup, restore and compact, on data directories with and without a running hub.</summary>
public sealed class RestoreCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-");

    private string Data => Path.Combine(_directory.FullName, "data");

    private string File => Path.Combine(_directory.FullName, "log.backup");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Restore_BackupOfARunningHub_HasItsEventsAndRevocationsWithANewEpoch()
    {
        uint before;
        await using (HubEngine hub = Open(Data))
        {
            await PublishAsync(hub, 5);
            Revoke(Data);
            before = hub.Tip.Epoch;
            CommandResult backup = (await CommandRun.RunAsync("backup", Data, File)).Succeeded();
            Assert.StartsWith($"{File}: 5 events, epoch {before:x8}, ", backup.Output, StringComparison.Ordinal);
            await PublishAsync(hub, 1);
        }

        string restored = Path.Combine(_directory.FullName, "restored");
        CommandResult result = (await CommandRun.RunAsync("restore", File, restored)).Succeeded();
        await using (HubEngine hub = Open(restored))
        {
            Assert.NotEqual(before, hub.Tip.Epoch);
            Assert.Equal(5, hub.Tip.Offset);
            Assert.Equal(5, hub.Topics(null, null, 10).Topics.Single().Count);
            Assert.Equal($"The log in {restored} now has epoch {hub.Tip.Epoch:x8} (before: {before:x8}).\n", result.Output);
        }

        using RevocationList revocations = RevocationList.Open(restored, 10, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.True(revocations.IsRevoked("issuer", null, "token", null));
        (await CommandRun.RunAsync("check", restored)).Succeeded();
    }

    [Fact]
    public async Task Restore_DirectoryInPlace_ChangesOnlyTheEpoch()
    {
        uint before = await FillAsync();
        CommandResult result = (await CommandRun.RunAsync("restore", Data)).Succeeded();
        await using HubEngine hub = Open(Data);
        Assert.NotEqual(before, hub.Tip.Epoch);
        Assert.Equal(5, hub.Tip.Offset);
        Assert.Equal($"The log in {Data} now has epoch {hub.Tip.Epoch:x8} (before: {before:x8}).\n", result.Output);
    }

    [Fact]
    public async Task Restore_DirectoryWithALogOrInUse_FailsAndChangesNothing()
    {
        uint before = await FillAsync();
        (await CommandRun.RunAsync("backup", Data, File)).Succeeded();
        CommandResult result = (await CommandRun.RunAsync("restore", File, Data)).Failed(1);
        Assert.Equal($"longwave: {Data} has a log. Choose an empty directory.\n", result.Error);
        Assert.Contains("State the data directory", (await CommandRun.RunAsync("restore", File)).Failed(1).Error, StringComparison.Ordinal);
        await using HubEngine hub = Open(Data);
        Assert.Contains("in use by another hub", (await CommandRun.RunAsync("restore", Data)).Failed(1).Error, StringComparison.Ordinal);
        Assert.Equal(before, hub.Tip.Epoch);
    }

    [Fact]
    public async Task Compact_StoppedHub_KeepsEventsEpochAndRevocations()
    {
        uint epoch = await FillAsync();
        Revoke(Data);
        long before = new FileInfo(Path.Combine(Data, "longwave.db")).Length;
        CommandResult result = (await CommandRun.RunAsync("compact", Data)).Succeeded();
        long after = new FileInfo(Path.Combine(Data, "longwave.db")).Length;
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"The log in {Data} has {after:#,0} bytes (before: {before:#,0}).\n"), result.Output);
        Assert.Empty(Directory.EnumerateFiles(Data, "*.partial"));
        (await CommandRun.RunAsync("check", Data)).Succeeded();
        using (RevocationList revocations = RevocationList.Open(Data, 10, TimeProvider.System, NullLoggerFactory.Instance))
        {
            Assert.True(revocations.IsRevoked("issuer", null, "token", null));
        }

        await using HubEngine hub = Open(Data);
        Assert.Equal((epoch, 5), (hub.Tip.Epoch, hub.Tip.Offset));
        Assert.Contains("in use by another hub", (await CommandRun.RunAsync("compact", Data)).Failed(1).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("restore")]
    [InlineData("compact")]
    public async Task Command_WithoutALog_FailsAndCreatesNone(string command)
    {
        CommandResult result = (await CommandRun.RunAsync(command, Data)).Failed(1);
        Assert.Equal($"longwave: There is no log in {Data}.\n", result.Error);
        Assert.Empty(_directory.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task Backup_FileExists_FailsAndKeepsIt()
    {
        await FillAsync();
        await System.IO.File.WriteAllTextAsync(File, "other");
        Assert.Equal($"longwave: {File} exists. Choose another file.\n", (await CommandRun.RunAsync("backup", Data, File)).Failed(1).Error);
        Assert.Equal("other", await System.IO.File.ReadAllTextAsync(File));
    }

    [Fact]
    public async Task Check_SoundLog_PrintsItsFigures()
    {
        uint epoch = await FillAsync();
        Assert.Equal($"{Data}: 5 events; topics: 1; epoch {epoch:x8}\nNo damage found.\n", (await CommandRun.RunAsync("check", Data)).Succeeded().Output);
        JsonElement json = JsonDocument.Parse((await CommandRun.RunAsync("check", Data, "--json")).Succeeded().Output).RootElement;
        Assert.Equal(5, json.GetProperty("events").GetInt64());
        Assert.Equal(0, json.GetProperty("problems").GetArrayLength());
    }

    [Fact]
    public async Task Check_DamagedFile_ListsTheDamageAndBackupReportsIt()
    {
        await FillAsync();
        string log = Path.Combine(Data, "longwave.db");
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(log);
        int at = bytes.AsSpan().IndexOf("event 3"u8);
        bytes[at] ^= 1;
        await System.IO.File.WriteAllBytesAsync(log, bytes);

        CommandResult check = (await CommandRun.RunAsync("check", Data)).Failed(1);
        Assert.Contains("\n  DAMAGED: Event at offset 3 does not match its checksum or its place\n", check.Output, StringComparison.Ordinal);
        Assert.Equal(1, JsonDocument.Parse((await CommandRun.RunAsync("check", Data, "--json")).Failed(1).Output).RootElement.GetProperty("problems").GetArrayLength());
        Assert.Contains("is damaged, like the log", (await CommandRun.RunAsync("backup", Data, File)).Failed(1).Error, StringComparison.Ordinal);
    }

    private static HubEngine Open(string directory) => HubEngine.Open(new EngineOptions { DataDirectory = directory }, TimeProvider.System, NullLoggerFactory.Instance);

    private async Task<uint> FillAsync()
    {
        await using HubEngine hub = Open(Data);
        await PublishAsync(hub, 5);
        return hub.Tip.Epoch;
    }

    private static async Task PublishAsync(HubEngine hub, int count)
    {
        for (int i = 1; i <= count; i++)
        {
            byte[] data = System.Text.Encoding.UTF8.GetBytes($"event {i}");
            Assert.Equal(PublishOutcome.Accepted, (await hub.PublishAsync([new Publication(new Event { Topic = "t", Data = data }, null)])).Outcome);
        }
    }

    private static void Revoke(string directory)
    {
        using RevocationList revocations = RevocationList.Open(directory, 10, TimeProvider.System, NullLoggerFactory.Instance);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.Equal(RevocationOutcome.Stored, revocations.Add(new Revocation(RevocationKind.Token, "issuer", "token"), now, now.AddDays(1)));
    }
}
