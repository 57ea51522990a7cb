namespace Longwave.Server.Tests.Mercure;

/// <summary>Every normative sentence of both drafts. Draft 7 is what 0.x clients speak; draft 8 with what its text on the main branch has changed since is 1.0.</summary>
internal static class Sentences
{
    public static IReadOnlyList<Sentence> All { get; } = [.. SentencesDraft7.All, .. SentencesDraft8.All];
}
