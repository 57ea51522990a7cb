using System.Globalization;
using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Machines;

/// <summary>Injects failures into system calls of a running process, with libfiu (Debian: fiu-utils).</summary>
internal static class FaultyStorage
{
    public const string Sync = "posix/io/sync/*";
    public const string Write = "posix/io/rw/pwrite";
    public const string Truncate = "posix/io/rw/ftruncate";

    public const int NoRoom = 28;

    public const int InputOutputError = 5;

    /// <summary>Runs a process with fault injection prepared.</summary>
    public static WrapperProgram Wrapper(TempDirectory directory) => new WrapperProgram("fiu-run", "-x", "-f", Control(directory));

    /// <summary>Makes the call fail from now on.</summary>
    public static Task BreakAsync(TempDirectory directory, int process, string call, int error = InputOutputError, double probability = 1) =>
        SendAsync(directory, process, string.Create(
            CultureInfo.InvariantCulture, $"enable_random name={call},probability={probability},failinfo={error}"));

    public static Task FixAsync(TempDirectory directory, int process, string call) => SendAsync(directory, process, $"disable name={call}");

    private static Task SendAsync(TempDirectory directory, int process, string command) =>
        Tool.RunProgramAsync("fiu-ctrl", "-f", Control(directory), "-c", command, process.ToString(CultureInfo.InvariantCulture));

    private static string Control(TempDirectory directory) => directory["fiu"];
}
