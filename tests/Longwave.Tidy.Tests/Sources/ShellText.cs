using System.Text.RegularExpressions;

namespace Longwave.Tidy.Tests.Sources;

/// <summary>A shell script, parsed only far enough to find the commands that it runs.</summary>
public static partial class ShellText
{
    private static readonly HashSet<string> Keywords = ["if", "then", "else", "elif", "fi", "while", "until", "do", "done", "!", "exec", "{", "}"];

    /// <summary>The first word of each command, also of those inside <c>$(…)</c> and <c>bash -c '…'</c>; a word that is not a plain name is left out.</summary>
    public static IEnumerable<string> Commands(string script)
    {
        var flat = Continuation().Replace(HereDocument().Replace(script, "$1\n"), " ");
        var nested = NestedScript().Matches(flat).Select(match => match.Groups["script"].Value)
            .Concat(DoubleQuoted().Matches(SingleQuoted().Replace(flat, "''")).SelectMany(text => Substitution().Matches(text.Value)).Select(match => match.Groups["script"].Value));
        var plain = Comment().Replace(DoubleQuoted().Replace(SingleQuoted().Replace(flat, "''"), "\"\""), "");
        return Separator().Split(plain).Select(FirstWord).OfType<string>().Concat(nested.SelectMany(Commands));
    }

    private static string? FirstWord(string command)
    {
        var word = command.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(word => Keywords.Contains(word) || Assignment().IsMatch(word))
            .FirstOrDefault();
        return word is not null && ProgramName().IsMatch(word) ? word : null;
    }

    [GeneratedRegex(@"<<-?\s*['""]?(?<end>\w+)['""]?(.*)\n(?:.*\n)*?\s*\k<end>[ \t]*(?=\n|$)")]
    private static partial Regex HereDocument();

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"\b(?:ba)?sh\s+(?:-\w+\s+)*-\w*c\s+'(?<script>[^']*)'")]
    private static partial Regex NestedScript();

    [GeneratedRegex(@"\$\((?<script>[^()]*)\)")]
    private static partial Regex Substitution();

    [GeneratedRegex(@"'[^']*'")]
    private static partial Regex SingleQuoted();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""")]
    private static partial Regex DoubleQuoted();

    [GeneratedRegex(@"(?<=^|\s)#.*", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\n|\|\||&&|(?<![<>])&(?!>)|[|;()]")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^\w+=")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^[\w./-]+$")]
    private static partial Regex ProgramName();
}
