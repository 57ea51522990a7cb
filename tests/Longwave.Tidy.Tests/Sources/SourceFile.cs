namespace Longwave.Tidy.Tests.Sources;

/// <summary>One file of the repository: path from the root with forward slashes, and its text (empty when it is binary).</summary>
public sealed record SourceFile(string Path, string Text)
{
    public bool IsExecutable { get; init; }

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";

    public string Extension => System.IO.Path.GetExtension(Path);

    public string[] Lines => Text.Split('\n');
}
