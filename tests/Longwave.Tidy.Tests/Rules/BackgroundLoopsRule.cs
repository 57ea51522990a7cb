using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>
/// Threads, timers and tasks of the hub start through BackgroundLoops, which notices their failures. An exception in any other one ends the process or is
/// lost: the allow-list has each file that starts one, with the reason why that can't happen. A thread never restarts, so a test names each thread and
/// shows what happens when it fails.
/// </summary>
public sealed partial class BackgroundLoopsRule : IRule
{
    private const string Starter = "src/Longwave.Engine/Health/BackgroundLoops.cs";

    public string Name => "background-loops";

    public IEnumerable<Violation> Check(SourceTree tree) => StartedElsewhere(tree).Concat(WithoutTest(tree));

    private IEnumerable<Violation> StartedElsewhere(SourceTree tree) =>
        from file in tree.Files
        where IsOfTheHub(file.Path) && file.Path != Starter
        from line in file.Lines.Index()
        let match = Start().Match(line.Item)
        where match.Success
        select new Violation(Name, file.Path, line.Index + 1, $"'{match.Value}' starts what nothing watches: use BackgroundLoops, or write down in the allow-list why it can't fail");

    private IEnumerable<Violation> WithoutTest(SourceTree tree) =>
        from file in tree.Files
        where IsOfTheHub(file.Path)
        from line in file.Lines.Index()
        let match = StartOfThread().Match(line.Item)
        where match.Success && !tree.CSharp.Any(test => test.Path.StartsWith("tests/", StringComparison.Ordinal) && test.Text.Contains($"\"{match.Groups[1].Value}", StringComparison.Ordinal))
        select new Violation(Name, file.Path, line.Index + 1, $"no test names '{match.Groups[1].Value}': show what happens when this thread fails");

    [GeneratedRegex("""StartThread\(\$?"([^"{]+)""")]
    private static partial Regex StartOfThread();

    private static bool IsOfTheHub(string path) =>
        path.EndsWith(".cs", StringComparison.Ordinal)
        && (path.StartsWith("src/Longwave.Engine/", StringComparison.Ordinal)
            || path.StartsWith("src/Longwave.Server/", StringComparison.Ordinal)
            || path.StartsWith("src/Longwave/Serve/", StringComparison.Ordinal));

    [GeneratedRegex(@"new Thread\(|\bTask\.Run\(|\.CreateTimer\(|\.ContinueWith\(|\bTask\.Factory\.|QueueUserWorkItem\(|new (PeriodicTimer|Timer|FileSystemWatcher)\(|: BackgroundService\b")]
    private static partial Regex Start();
}
