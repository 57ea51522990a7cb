namespace Longwave.Tests.Docs;

/// <summary>
/// A reader's terminal: an empty folder, a network of its own (so that port 8080 is free, whatever else runs), and <c>dotnet run</c>,
/// <c>longwave</c> and <c>./test.sh</c> that lead to what was built with these tests. Commands stay exactly as the document has them.
/// </summary>
public sealed class ShellSession : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("longwave-docs-");
    private readonly Dictionary<string, ShellCommand> _background = [];
    private readonly ShellCommand _network;

    private ShellSession()
    {
        WriteStandIns();
        var unshare = Environment.IsPrivilegedProcess ? "unshare --net" : "unshare --user --map-root-user --net";
        _network = ShellCommand.Start(["-c", $"exec {unshare} bash -c 'ip link set lo up && echo up && exec sleep infinity'"], _home.FullName, Bin);
    }

    private string Bin => Path.Combine(_home.FullName, ".bin");

    public static async Task<ShellSession> OpenAsync()
    {
        var session = new ShellSession();
        await session._network.WaitForOutputAsync(_ => true, "a network namespace ('ip' and 'unshare' are needed)");
        return session;
    }

    /// <summary>Runs a snippet to its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(string script)
    {
        await using var command = Begin(script);
        var code = await command.WaitForExitAsync();
        Assert.True(code == 0, $"exit code {code} of\n{script}\n{command.Everything}");
        return command.Output;
    }

    /// <summary>Starts a snippet in the background and waits until it prints something: then it is ready.</summary>
    public async Task StartAsync(string name, string script)
    {
        if (_background.Remove(name, out var earlier))
        {
            await earlier.DisposeAsync();
        }

        var command = Begin(script);
        _background[name] = command;
        await command.WaitForOutputAsync(_ => true, $"anything from\n{script}");
    }

    /// <summary>Waits until a background command has printed what is expected.</summary>
    public Task ExpectAsync(string name, ExpectedOutput expected) =>
        _background[name].WaitForOutputAsync(output => expected.FirstMissingIn(output) is null, $"the output of '{name}' that the document shows");

    /// <summary>Ctrl-C, and waits for the end.</summary>
    public async Task InterruptAsync(string name)
    {
        Assert.True(_background.Remove(name, out var command), $"no command '{name}' was started");
        await using (command)
        {
            await command.InterruptAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in _background.Values)
        {
            await command.DisposeAsync();
        }

        await _network.DisposeAsync();
        _home.Delete(recursive: true);
    }

    private ShellCommand Begin(string script)
    {
        var enter = $"exec nsenter --target {_network.ProcessId} --net {(Environment.IsPrivilegedProcess ? "" : "--user --preserve-credentials")}";
        return ShellCommand.Start(["-c", $"{enter} setsid bash -euo pipefail -c \"$1\"", "bash", script], _home.FullName, Bin);
    }

    private void WriteStandIns()
    {
        var root = Documentation.RepositoryRoot;
        var hub = Path.Combine(root, "artifacts/bin/Longwave/release/longwave.dll");
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/bin/env -S dotnet";
        Directory.CreateDirectory(Bin);
        WriteScript(".bin/longwave", $"exec {dotnet} '{hub}' \"$@\"");
        WriteScript(".bin/dotnet", $"""
            if [ "$1 $2 $3" = "run --project src/Longwave" ]; then
              shift 3
              [ "$1" != "--" ] || shift
              exec {dotnet} '{hub}' "$@"
            fi
            echo "the test of the documents knows 'dotnet run --project src/Longwave' only" >&2
            exit 1
            """);
        // The whole run would run this test again; its help shows at least that it is there and starts.
        WriteScript("test.sh", $"exec '{Path.Combine(root, "test.sh")}' --help");
    }

    private void WriteScript(string name, string body)
    {
        var path = Path.Combine(_home.FullName, name);
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
