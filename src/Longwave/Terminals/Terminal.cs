using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Longwave.Terminals;

/// <summary>Standard streams and environment of a command.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output: only the requested result.</param>
/// <param name="Error">Standard error: messages and progress.</param>
internal sealed record Terminal(Stream Input, TextWriter Output, TextWriter Error)
{
    private const int OutputBufferBytes = 64 * 1024;

    /// <summary>Whether standard input is a terminal.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Whether standard output is a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether standard error is a terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colours are allowed on terminals (https://no-color.org).</summary>
    public bool ColoursAllowed { get; init; }

    /// <summary>Clock of the commands.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Creates the terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Terminal(
            Console.OpenStandardInput(),
            new StreamWriter(OpenOutput(), utf8, OutputBufferBytes) { AutoFlush = false, NewLine = "\n" },
            new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true, NewLine = "\n" })
        {
            InputIsTerminal = !Console.IsInputRedirected,
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            ColoursAllowed = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb",
        };
    }

    /// <summary>Writes a message to standard error, prefixed with the program's name.</summary>
    public void Say(string sentence) => Error.WriteLine($"longwave: {sentence}");

    /// <summary>
    /// Opens standard output. The console stream ignores a closed pipe, so <c>tail | head</c> would not end; a plain file stream throws instead.
    /// The file stream is for pipes only: on a file it would keep its own offset and overwrite what other processes append.
    /// </summary>
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        const int StandardOutput = 1;
        var stream = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : stream;
    }
}
