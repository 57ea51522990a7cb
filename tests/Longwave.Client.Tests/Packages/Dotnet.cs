using System.Diagnostics;

namespace Longwave.Client.Tests.Packages;

/// <summary>Runs the .NET command line. No build server stays running after a command.</summary>
internal static class Dotnet
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs a command and waits for it; a failure throws with its output.</summary>
    public static async Task RunAsync(string directory, string command, params string[] arguments)
    {
        using Process dotnet = Start(directory, [command, .. arguments, "--disable-build-servers"]);
        Task<string> output = dotnet.StandardOutput.ReadToEndAsync();
        await dotnet.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(dotnet.ExitCode == 0, $"dotnet {command} {string.Join(' ', arguments)}:\n{await output}");
    }

    public static Process Start(string directory, params string[] arguments) => StartProgram("dotnet", directory, arguments);

    public static Process StartProgram(string program, string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return Process.Start(start)!;
    }
}
