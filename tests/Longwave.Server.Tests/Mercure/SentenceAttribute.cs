namespace Longwave.Server.Tests.Mercure;

/// <summary>The test shows that the hub does what these normative sentences of the Mercure drafts say; see <see cref="Sentences"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SentenceAttribute(params string[] numbers) : Attribute
{
    public IReadOnlyList<string> Numbers { get; } = numbers;
}
