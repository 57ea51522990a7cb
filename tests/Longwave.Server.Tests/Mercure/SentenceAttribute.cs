namespace Longwave.Server.Tests.Mercure;

/// <summary>Marks a test that verifies these normative sentences of the Mercure drafts; see <see cref="Sentences"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SentenceAttribute(params string[] numbers) : Attribute
{
    public IReadOnlyList<string> Numbers { get; } = numbers;
}
