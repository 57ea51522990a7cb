using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>
/// A test starts only programs that every Debian system has or that <c>./test.sh</c> installs: a package that one machine happens to have
/// hides a missing step. Where a program starts, its name is the first argument of the process API or of something called <c>…Program</c>.
/// </summary>
public sealed partial class ProgramsRule : IRule
{
    private const string Script = "test.sh";

    // From packages with priority "required"; the toolchain that test.sh requires; shell builtins; substitutes that the document tests provide.
    private static readonly HashSet<string> Present =
    [
        "bash", "cat", "cut", "env", "grep", "gzip", "head", "mount", "nsenter", "sed", "seq", "setpriv", "setsid", "sleep", "tail", "umount", "unshare",
        "dotnet", "node", "npm",
        "echo", "export", "for", "kill", "printf", "true", "wait",
        "./test.sh", "longwave",
    ];

    public string Name => "programs";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var installed = Lists().Matches(tree.Find(Script)?.Text ?? "").SelectMany(list => Entry().Matches(list.Value)).Select(entry => entry.Groups["program"].Value).ToHashSet();
        var started = tree.Files.Where(IsTest).SelectMany(InCode).ToList();
        var inShell = tree.Files.Where(IsTest).SelectMany(file => InShell(file, ShellArgument())).Concat(tree.Files.Where(IsDocument).SelectMany(file => InShell(file, Fence())));
        foreach (var (program, file, at) in started)
        {
            if (program is null)
            {
                yield return At(file, at, "write the program as a literal here, or take it as a parameter called 'program' of a method called '…Program'");
            }
            else if (!installed.Contains(program) && (!Present.Contains(program) || program == "kill"))
            {
                yield return At(file, at, Unknown(program));
            }
        }

        foreach (var (program, file, at) in inShell.Where(command => !Present.Contains(command.Program) && !installed.Contains(command.Program)))
        {
            yield return At(file, at, Unknown(program));
        }

        foreach (var program in installed.Except(started.Select(use => use.Program)).Except(inShell.Select(use => use.Program)))
        {
            yield return new Violation(Name, Script, 0, $"no test starts '{program}': remove it from 'needed'");
        }
    }

    private static string Unknown(string program) => $"not every Debian system has '{program}': add it with its package to 'needed' in {Script}";

    private Violation At(SourceFile file, int index, string message) => new(Name, file.Path, file.Text.AsSpan(0, index).Count('\n') + 1, message);

    private static bool IsTest(SourceFile file) => file.Extension is ".cs" or ".js"
        && (file.Path.StartsWith("tests/", StringComparison.Ordinal) || file.Path.StartsWith("sdk/", StringComparison.Ordinal))
        && !file.Path.EndsWith("RuleTests.cs", StringComparison.Ordinal);

    private static bool IsDocument(SourceFile file) =>
        file.Path is "README.md" or "CONTRIBUTING.md" || (file.Extension == ".md" && file.Path.StartsWith("docs/", StringComparison.Ordinal));

    /// <summary>The program is null where the text does not name it.</summary>
    private static IEnumerable<(string? Program, SourceFile File, int At)> InCode(SourceFile file) =>
        from start in (file.Extension == ".cs" ? CSharpStart() : JavaScriptStart()).Matches(file.Text)
        let argument = start.Groups["argument"].Value.Trim()
        where !Forwarded().IsMatch(argument)
        select (Literal().Match(argument) is { Success: true } literal ? literal.Groups["program"].Value : null, file, start.Index);

    private static IEnumerable<(string Program, SourceFile File, int At)> InShell(SourceFile file, Regex scripts) =>
        from script in scripts.Matches(file.Text)
        from command in ShellText.Commands(script.Groups["script"].Value)
        select (command, file, script.Index);

    [GeneratedRegex(@"\bneeded\+?=\([^)]*\)")]
    private static partial Regex Lists();

    [GeneratedRegex(@"""(?<program>\S+) \S+""")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\b(Process\.Start|ProcessStartInfo|\w+Program(Async)?)\((?=(?<argument>[^,()]+))")]
    private static partial Regex CSharpStart();

    [GeneratedRegex(@"\b((spawn|execFile)(Sync)?\)?|\w+Program)\((?<argument>[^,()]+)|executablePath:(?<argument>[^,}]+)")]
    private static partial Regex JavaScriptStart();

    // A parameter, a ProcessStartInfo (looked at where it is made), node itself.
    [GeneratedRegex(@"^(string )?program$|^(string )?Program$|^start$|^new ProcessStartInfo$|^process\.execPath$")]
    private static partial Regex Forwarded();

    [GeneratedRegex(@"['""](/usr/bin/)?(?<program>[\w.-]+)['""]$")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\bbash -c '(?<script>[^']*)'")]
    private static partial Regex ShellArgument();

    [GeneratedRegex(@"^```sh\n(?<script>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
