using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>A source file has at most 400 lines.</summary>
public sealed class FileLengthRule : IRule
{
    public const int MaxLines = 400;

    private static readonly string[] Extensions = [".cs", ".js", ".mjs", ".ts", ".tsx", ".css"];

    public string Name => "file-length";

    public IEnumerable<Violation> Check(SourceTree tree) =>
        from file in tree.Files
        where Extensions.Contains(file.Extension) && !file.Path.Contains("/vendor/", StringComparison.Ordinal)
        let lines = file.Text.AsSpan().Count('\n') + (file.Text.EndsWith('\n') ? 0 : 1)
        where lines > MaxLines
        select new Violation(Name, file.Path, 0, $"{lines} lines, at most {MaxLines}: split it by what its parts are about");
}
