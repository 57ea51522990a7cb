using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>Contributors and the integration machine use the same entry point: README names ./test.sh, .ci/run calls it, and both are executable.</summary>
public sealed class EntranceRule : IRule
{
    public string Name => "entrance";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        foreach (var path in (string[])["test.sh", ".ci/run"])
        {
            if (tree.Find(path) is not { IsExecutable: true })
            {
                yield return new Violation(Name, path, 0, "is there and may be executed (git add --chmod=+x)");
            }
        }

        foreach (var path in (string[])["README.md", ".ci/run", "CONTRIBUTING.md"])
        {
            if (tree.Find(path)?.Text.Contains("./test.sh", StringComparison.Ordinal) != true)
            {
                yield return new Violation(Name, path, 0, "names ./test.sh");
            }
        }

        foreach (var path in (string[])["LICENSE", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md"])
        {
            if (tree.Find(path) is null)
            {
                yield return new Violation(Name, path, 0, "is missing");
            }
        }
    }
}
