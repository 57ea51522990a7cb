using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Longwave.Help;

/// <summary>The usual help, and below it what a newcomer looks for: examples, exit codes.</summary>
/// <param name="usual">The help of the library.</param>
/// <param name="epilogues">What stands below, by the command's name.</param>
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
