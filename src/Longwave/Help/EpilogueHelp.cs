using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Longwave.Help;

/// <summary>The library's help, followed by examples and exit codes.</summary>
/// <param name="usual">Help action of the library.</param>
/// <param name="epilogues">Text below the help, by name of the command.</param>
internal sealed class EpilogueHelp(HelpAction usual, IReadOnlyDictionary<string, string> epilogues) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        if (epilogues.TryGetValue(parseResult.CommandResult.Command.Name, out string? epilogue))
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.Write(epilogue.ReplaceLineEndings("\n"));
            output.Write('\n');
        }

        return code;
    }
}
