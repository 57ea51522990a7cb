using Longwave.Client.Positions;

namespace Longwave.Client.Tests.Positions;

public sealed class FilePositionStoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-positions-");

    private string File => Path.Combine(_directory.FullName, "position");

    [Fact]
    public async Task Load_AfterSave_ReturnsTheLastSavedPosition()
    {
        Assert.Null(await new FilePositionStore(File).LoadAsync(CancellationToken.None));
        await new FilePositionStore(File).SaveAsync("5f3a9c1e-1042", CancellationToken.None);
        await new FilePositionStore(File).SaveAsync("5f3a9c1e-9", CancellationToken.None);

        Assert.Equal("5f3a9c1e-9", await new FilePositionStore(File).LoadAsync(CancellationToken.None));
        Assert.Equal("5f3a9c1e-9\n", await System.IO.File.ReadAllTextAsync(File));
        Assert.Single(_directory.GetFiles());
    }

    [Fact]
    public async Task Load_RemainsOfAKilledSave_AreIgnored()
    {
        await new FilePositionStore(File).SaveAsync("5f3a9c1e-1", CancellationToken.None);
        await System.IO.File.WriteAllTextAsync(File + ".new", "5f3a");

        Assert.Equal("5f3a9c1e-1", await new FilePositionStore(File).LoadAsync(CancellationToken.None));
        await new FilePositionStore(File).SaveAsync("5f3a9c1e-2", CancellationToken.None);
        Assert.Equal("5f3a9c1e-2", await new FilePositionStore(File).LoadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Load_FileOfAnotherFormat_IsRejected()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 5_000));

        await Assert.ThrowsAsync<InvalidDataException>(async () => await new FilePositionStore(File).LoadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Load_EmptyFile_IsNull()
    {
        await System.IO.File.WriteAllTextAsync(File, "");

        Assert.Null(await new FilePositionStore(File).LoadAsync(CancellationToken.None));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
