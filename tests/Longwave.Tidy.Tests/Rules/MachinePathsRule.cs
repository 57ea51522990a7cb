using System.Text.RegularExpressions;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>No file contains a path of one machine or the host that a package was fetched from.</summary>
public sealed partial class MachinePathsRule : IRule
{
    // This file and its tests spell the patterns out.
    private const string Here = "tests/Longwave.Tidy.Tests/Rules/MachinePathsRule";

    public string Name => "machine-paths";

    public IEnumerable<Violation> Check(SourceTree tree) =>
        from file in tree.Files
        where !file.Path.StartsWith(Here, StringComparison.Ordinal)
        from line in file.Lines.Index()
        let match = MachinePath().Match(line.Item)
        where match.Success
        select new Violation(Name, file.Path, line.Index + 1, $"'{match.Value}' is true on one machine only");

    [GeneratedRegex("""(?<![\w.~}-])/(work|farm|root|home/[a-z]\w*)/[\w.]|bash_jobs|api\.nuget\.org|registry\.npmjs\.org|"resolved"\s*:\s*"https?:""")]
    private static partial Regex MachinePath();
}
