using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Machines;

/// <summary>Changes the system clock that a process sees, with libfaketime (Debian: faketime). The monotonic clock stays right.</summary>
internal sealed class WrongClock
{
    private readonly string _file;

    private WrongClock(string file, string library)
    {
        _file = file;
        Wrapper = new WrapperProgram(
            "env", $"LD_PRELOAD={library}", $"FAKETIME_TIMESTAMP_FILE={file}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_RESET=1");
    }

    /// <summary>Wrapper that starts a hub with this clock.</summary>
    public WrapperProgram Wrapper { get; }

    /// <summary>Creates a clock that is right.</summary>
    public static async Task<WrongClock> CreateAsync(TempDirectory directory)
    {
        string library = await Tool.RunProgramAsync("faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD");
        var clock = new WrongClock(directory["clock"], library.Trim());
        clock.Set("+0");
        return clock;
    }

    /// <summary>Sets the clock: the difference from the right time, such as <c>+3650d</c>.</summary>
    public void Set(string difference)
    {
        File.WriteAllText(_file + ".new", difference);
        File.Move(_file + ".new", _file, overwrite: true);
    }
}
