using System.Diagnostics;

namespace Longwave.BadDays.Tests.Machines;

/// <summary>Runs a system program to its end.</summary>
internal static class Tool
{
    /// <summary>Runs the program; fails with its output if it fails.</summary>
    public static async Task<string> RunProgramAsync(string program, params string[] arguments)
    {
        (int code, string output) = await TryRunProgramAsync(program, arguments);
        Assert.True(code == 0, $"`{program} {string.Join(' ', arguments)}` ended with {code}: {output}");
        return output;
    }

    public static async Task<(int Code, string Output)> TryRunProgramAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience.Bound);
        return (process.ExitCode, await output + await errors);
    }
}
