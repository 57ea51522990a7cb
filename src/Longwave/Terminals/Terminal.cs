using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Longwave.Terminals;

/// <summary>What a command reads from and writes to.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output: what was asked for, nothing else.</param>
/// <param name="Error">Standard error: what is to be known beside it.</param>
internal sealed record Terminal(Stream Input, TextWriter Output, TextWriter Error)
{
    private const int OutputBufferBytes = 64 * 1024;

    /// <summary>A person sits before standard input.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>A person reads standard output.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>A person reads standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Colours may be used where a person reads (https://no-color.org).</summary>
    public bool ColoursAllowed { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Of this process.</summary>
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

    /// <summary>Says something on standard error, with the program's name before it as is usual there.</summary>
    public void Say(string sentence) => Error.WriteLine($"longwave: {sentence}");

    /// <summary>
    /// The stream of the console hides that a pipe's reader has gone, so that <c>tail | head</c> would go on for ever; a plain file stream throws.
    /// It is for pipes only: on a file it would keep a place of its own, and what another process appends there would be written over.
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
