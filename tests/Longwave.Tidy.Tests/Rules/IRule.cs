using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>One thing that the repository keeps to.</summary>
public interface IRule
{
    /// <summary>Name in messages and in the allow-list.</summary>
    string Name { get; }

    IEnumerable<Violation> Check(SourceTree tree);
}
