namespace Longwave.Tests.Docs;

/// <summary>
/// Terminal of a reader: an empty directory, a network namespace of its own (so that port 8080 is free), and <c>dotnet run</c>,
/// <c>longwave</c> and <c>./test.sh</c> redirected to the binaries built with these tests. Commands run exactly as the document contains them.
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
    /// <returns>Output of the snippet.</returns>
    public async Task<string> RunAsync(string script)
    {
        await using var command = Begin(script);
        var code = await command.WaitForExitAsync();
        Assert.True(code == 0, $"exit code {code} of\n{script}\n{command.Everything}");
        return command.Output;
    }

    /// <summary>Starts a snippet in the background and waits for its first output, which shows that it is ready.</summary>
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

    /// <summary>Waits until a background command has printed the expected output.</summary>
    public Task ExpectAsync(string name, ExpectedOutput expected) =>
        _background[name].WaitForOutputAsync(output => expected.FirstMissingIn(output) is null, $"the output of '{name}' that the document shows");

    /// <summary>Sends Ctrl-C and waits for the end.</summary>
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
        // A full run would run this test recursively; the help shows at least that the script exists and starts.
        WriteScript("test.sh", $"exec '{Path.Combine(root, "test.sh")}' --help");
    }

    private void WriteScript(string name, string body)
    {
        var path = Path.Combine(_home.FullName, name);
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
