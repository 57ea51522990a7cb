namespace Longwave.Client.Tests.Packages;

/// <summary>A folder with the output of <c>dotnet pack</c>, shared by all tests of a class.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longwave-feed-");

    public string Path => _folder.FullName;

    public async ValueTask InitializeAsync()
    {
        foreach (string name in (string[])["Longwave.Protocol", "Longwave.Client"])
        {
            // After a build of the solution nothing is left to compile; after a build of the tests alone, the .NET 8 target is.
            string project = System.IO.Path.Combine(Repository.Root, "src", name, name + ".csproj");
            await Dotnet.RunAsync(Repository.Root, "pack", project, "-c", "Release", "-o", Path, "--no-restore");
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
