using System.Diagnostics;
using System.IO.Compression;

namespace Longwave.Client.Tests.Packages;

/// <summary>What <c>dotnet pack</c> makes, in the hands of somebody who has nothing else.</summary>
public sealed class PackageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("net10.0", "")]
    [InlineData("net8.0", "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained>")]
    [Trait("Category", "Slow")]
    public async Task Pack_EmptyProject_InstallsAndRunsTheSnippetOfTheReadme(string framework, string settings)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("longwave-package-");
        string feed = Path.Combine(work.FullName, "feed");
        string project = Directory.CreateDirectory(Path.Combine(work.FullName, "app")).FullName;
        foreach (string name in (string[])["Longwave.Protocol", "Longwave.Client"])
        {
            // What the tests were built from is built already, so this packs; the .NET 8 side may have to be compiled.
            await DotnetAsync(
                Repository.Root, "pack", Path.Combine(Repository.Root, "src", name, name + ".csproj"), "-c", "Release", "-o", feed,
                "--no-restore", "--disable-build-servers");
        }

        AssertContents(Directory.GetFiles(feed, "Longwave.Client.*.nupkg").Single());
        await using Hosting.TestHub hub = await Hosting.TestHub.StartedAsync();
        await WriteProjectAsync(project, feed, Path.Combine(work.FullName, "packages"), framework, settings);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), Snippet().Replace("http://localhost:8080", hub.Url, StringComparison.Ordinal));

        // With its own runtime where this machine has none for it: what runs must be what the package has for that framework.
        string output = Path.Combine(work.FullName, "out");
        await DotnetAsync(project, "publish", "-c", "Release", "-o", output, "--disable-build-servers");
        string program = Path.Combine(output, "app");
        using Process app = settings.Length == 0 ? Start(project, "dotnet", program + ".dll") : Start(project, program);
        await using var publisher = new LongwaveClient(hub.Url);
        Task<string?> line = app.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        while (!line.IsCompleted)
        {
            // It subscribes to what comes from now on, and does not say when it is there.
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

        // Packages of ours come from the feed alone; a runtime comes from where all packages of this machine come from.
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

    /// <summary>The first program of the package's README, which is that of the repository's, too.</summary>
    private static string Snippet()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Longwave.Client", "README.md"));
        string snippet = readme.Split("```csharp\n")[1].Split("```")[0];
        Assert.Contains(snippet, File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);
        return snippet;
    }

    private static string PackageCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task DotnetAsync(string directory, params string[] arguments)
    {
        using Process dotnet = Start(directory, "dotnet", arguments);
        Task<string> output = dotnet.StandardOutput.ReadToEndAsync();
        await dotnet.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(dotnet.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}:\n{await output}");
    }

    private static Process Start(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return Process.Start(start)!;
    }
}
