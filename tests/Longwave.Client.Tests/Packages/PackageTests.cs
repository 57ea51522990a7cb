using System.Diagnostics;
using System.IO.Compression;

namespace Longwave.Client.Tests.Packages;

/// <summary>Tests that a project with only the packages of <c>dotnet pack</c> runs the program of their README.</summary>
public sealed class PackageTests(PackedFeed feed) : IClassFixture<PackedFeed>
{
    [Theory]
    [InlineData("net10.0", "")]
    [InlineData("net8.0", "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained>")]
    [Trait("Category", "Slow")]
    public async Task Pack_EmptyProject_InstallsAndRunsTheSnippetOfTheReadme(string framework, string settings)
    {
        AssertContents(Directory.GetFiles(feed.Path, "Longwave.Client.*.nupkg").Single());
        DirectoryInfo work = Directory.CreateTempSubdirectory("longwave-package-");
        string project = Directory.CreateDirectory(Path.Combine(work.FullName, "app")).FullName;
        await using Hosting.TestHub hub = await Hosting.TestHub.StartedAsync();
        await WriteProjectAsync(project, feed.Path, Path.Combine(work.FullName, "packages"), framework, settings);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), Snippet().Replace("http://localhost:8080", hub.Url, StringComparison.Ordinal));

        // Publish self-contained where this machine lacks the runtime, so that the run uses the package's assembly for that framework.
        string output = Path.Combine(work.FullName, "out");
        await Dotnet.RunAsync(project, "publish", "-c", "Release", "-o", output);
        string program = Path.Combine(output, "app");
        using Process app = settings.Length == 0 ? Dotnet.Start(project, program + ".dll") : Dotnet.StartProgram(program, project);
        await using var publisher = new LongwaveClient(hub.Url);
        Task<string?> line = app.StandardOutput.ReadLineAsync().WaitAsync(Dotnet.Patience);
        while (!line.IsCompleted)
        {
            // The program receives events published from now on, and does not report when its stream is open: publish repeatedly.
            await publisher.PublishAsync("demo", "hello");
            await Task.WhenAny(line, Task.Delay(100));
        }

        Assert.Equal("demo hello", await line);
        app.Kill();
        await app.WaitForExitAsync();
        work.Delete(recursive: true);
    }

    private static async Task WriteProjectAsync(string project, string feed, string packages, string framework, string settings)
    {
        await File.WriteAllTextAsync(Path.Combine(project, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>{framework}</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                {settings}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Longwave.Client" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);

        // Longwave packages come only from the feed; runtimes come from the machine's usual package source.
        await File.WriteAllTextAsync(Path.Combine(project, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="feed" value="{feed}" /></packageSources>
              <fallbackPackageFolders><add key="cache" value="{PackageCache()}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{packages}" /></config>
            </configuration>
            """);
    }

    private static void AssertContents(string package)
    {
        using ZipArchive zip = ZipFile.OpenRead(package);
        string[] names = [.. zip.Entries.Select(static e => e.FullName)];
        Assert.Contains("README.md", names);
        foreach (string framework in (string[])["net8.0", "net10.0"])
        {
            Assert.Contains($"lib/{framework}/Longwave.Client.dll", names);
            Assert.Contains($"lib/{framework}/Longwave.Client.xml", names);
        }
    }

    /// <summary>Returns the first program of the package's README, which is also that of the repository's README.</summary>
    private static string Snippet()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Longwave.Client", "README.md"));
        string snippet = readme.Split("```csharp\n")[1].Split("```")[0];
        Assert.Contains(snippet, File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);
        return snippet;
    }

    private static string PackageCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
