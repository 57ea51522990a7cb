namespace Longwave.Tidy.Tests.Sources;

/// <summary>What breaks a rule, and where; <paramref name="Line"/> counts from 1, 0 is the whole file.</summary>
public sealed record Violation(string Rule, string Path, int Line, string Message)
{
    public override string ToString() => $"{Path}{(Line > 0 ? $":{Line}" : "")}: {Message} [{Rule}]";
}
