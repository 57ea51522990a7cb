using System.CommandLine;
using System.CommandLine.Parsing;
using Longwave.Server.Http;

namespace Longwave.Arguments;

/// <summary>
/// Finds words that look like options but are not options of the command. The parser would accept them as arguments or as values of other options, so a misspelt
/// option would become data or a topic.
/// </summary>
internal static class UnknownOptions
{
    /// <summary>Returns one sentence for each unknown option before <c>--</c>.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <param name="words">The words of the command line.</param>
    public static IReadOnlyList<string> Find(ParseResult parsed, IReadOnlyList<string> words)
    {
        // The parser splits --key=-x into two tokens. The value is no word of the command line, so it stays a literal.
        HashSet<string> literal = [.. words];
        return
        [
            .. parsed.Tokens
                .TakeWhile(static token => token.Type != TokenType.DoubleDash)
                .Where(token => token.Type == TokenType.Argument && LooksLikeOption(token.Value) && literal.Contains(token.Value))
                .Select(token => Describe(parsed.CommandResult, token.Value))
                .Distinct(),
        ];
    }

    /// <summary>Whether the word begins like an option. Negative numbers, <c>-</c> and text after a dash and a space do not.</summary>
    private static bool LooksLikeOption(string word) => word.Length > 1 && word[0] == '-' && (word[1] == '-' || char.IsLetter(word[1]));

    private static string Describe(CommandResult command, string word)
    {
        string name = word.Split('=')[0];
        IEnumerable<Option> options = command.Command.Options.Concat(command.Command.Parents.OfType<Command>().SelectMany(static parent => parent.Options).Where(static option => option.Recursive));
        string guess = Suggestion.Nearest(name, options.SelectMany(static option => option.Aliases.Prepend(option.Name)).Where(static alias => alias.StartsWith("--", StringComparison.Ordinal))) is { } near
            ? $"; did you mean {near}?"
            : ".";
        OptionResult? owner = command.Children.OfType<OptionResult>().FirstOrDefault(option => option.Tokens.Any(token => token.Value == word));
        string remedy = owner is not null
            ? $" For a value that begins with a dash, write {owner.Option.Name}={word}"
            : command.Command.Arguments.Count > 0 ? " For an argument that begins with a dash, write -- before the arguments." : "";
        return $"'{word}' is not an option of `{FullName(command)}`{guess}{remedy}";
    }

    private static string FullName(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{FullName(parent)} {command.Command.Name}" : command.Command.Name;
}
