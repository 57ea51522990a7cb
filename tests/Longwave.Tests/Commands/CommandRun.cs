using System.Text;
using Longwave.Terminals;

namespace Longwave.Tests.Commands;

/// <summary>One run of the command line, within the test process.</summary>
internal sealed class CommandRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly Task<int> _ending;

    private CommandRun(string[] arguments, Stream? input, Func<Terminal, Terminal>? with)
    {
        var terminal = new Terminal(input ?? Stream.Null, Output, Error) { Variable = static _ => null };
        _ending = Task.Run(() => LongwaveCommand.RunAsync(arguments, with is null ? terminal : with(terminal), _interrupt.Token));
    }

    public Transcript Output { get; } = new();

    public Transcript Error { get; } = new();

    public static CommandRun Start(params string[] arguments) => new(arguments, null, null);

    public static CommandRun StartWith(Stream? input, Func<Terminal, Terminal>? with, params string[] arguments) => new(arguments, input, with);

    /// <summary>Runs a command to its end.</summary>
    public static Task<CommandResult> RunAsync(params string[] arguments) => RunWithAsync("", arguments);

    /// <summary>Runs a command to its end with the given standard input.</summary>
    public static Task<CommandResult> RunWithAsync(string? input, params string[] arguments) =>
        RunWithAsync(Encoding.UTF8.GetBytes(input ?? ""), arguments);

    public static async Task<CommandResult> RunWithAsync(byte[] input, params string[] arguments)
    {
        await using var run = new CommandRun(arguments, new MemoryStream(input), null);
        return await run.EndAsync();
    }

    /// <summary>Waits for the end of the command.</summary>
    public async Task<CommandResult> EndAsync()
    {
        try
        {
            int code = await _ending.WaitAsync(HubProcess.Patience);
            return new CommandResult(code, Output.Text, Error.Text);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"the command does not end; it wrote {Output.Lines.Length} lines to standard output, and to standard error\n{Error.Text}");
            throw;
        }
    }

    /// <summary>Interrupts the command as Ctrl+C does.</summary>
    public async Task<CommandResult> InterruptAsync()
    {
        await _interrupt.CancelAsync();
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _interrupt.CancelAsync();
        await _ending.WaitAsync(HubProcess.Patience);
        _interrupt.Dispose();
    }
}
