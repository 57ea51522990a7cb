using System.CommandLine;

namespace Longwave.Completion;

/// <summary>Words of one command for completion.</summary>
/// <param name="Name">Name of the command; empty for the root.</param>
/// <param name="Description">First sentence of its description.</param>
/// <param name="Commands">Names of its commands; only the root has some.</param>
/// <param name="Options">Its options, with those of the root that apply to every command.</param>
internal sealed record CommandWords(string Name, string Description, IReadOnlyList<string> Commands, IReadOnlyList<OptionWords> Options)
{
    /// <summary>The root command, followed by its commands.</summary>
    public static IReadOnlyList<CommandWords> Of(Command root) =>
        [From(root, root) with { Name = "" }, .. root.Subcommands.Where(static command => !command.Hidden).Select(command => From(root, command))];

    private static CommandWords From(Command root, Command command) => new(
        command.Name,
        FirstSentence(command.Description),
        [.. command.Subcommands.Where(static sub => !sub.Hidden).Select(static sub => sub.Name)],
        [.. command.Options.Concat(root.Options.Where(static option => option.Recursive)).Distinct().Where(static option => !option.Hidden).Select(static option => new OptionWords(
            [.. option.Aliases.Prepend(option.Name).Where(IsWord)],
            FirstSentence(option.Description),
            TakesValue: option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) && option.ValueType != typeof(void),
            TakesFile: typeof(FileSystemInfo).IsAssignableFrom(option.ValueType)))]);

    /// <summary>Whether a name is a dash and a letter, or two dashes and a word; <c>-?</c> and <c>/h</c> are for other systems.</summary>
    private static bool IsWord(string name) => name.Length > 1 && name[0] == '-' && (char.IsAsciiLetter(name[1]) || name[1] == '-');

    /// <summary>The text up to the first end of a sentence, without characters that have a meaning in a quoted string of any of the shells.</summary>
    private static string FirstSentence(string? description)
    {
        string text = description ?? "";
        int end = text.IndexOf(". ", StringComparison.Ordinal);
        text = (end < 0 ? text : text[..end]).TrimEnd('.');
        return string.Concat(text.Where(static c => c is not ('\'' or '"' or '`' or '$' or '\\' or '[' or ']' or ':')));
    }
}
