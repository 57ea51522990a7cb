namespace Longwave.Server.Tests.Mercure;

/// <summary>All normative sentences of both drafts. 0.x clients use draft 7; 1.0 is draft 8 with the later changes of its main branch.</summary>
internal static class Sentences
{
    public static IReadOnlyList<Sentence> All { get; } = [.. SentencesDraft7.All, .. SentencesDraft8.All];
}
