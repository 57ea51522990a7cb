namespace Longwave.Tests.Docs;

/// <summary>One step of a document: a fenced snippet, or a direction on its own. What each does is written in CONTRIBUTING.md.</summary>
/// <param name="Line">Where it starts, from 1.</param>
/// <param name="Language">The fence's language; empty for a direction that has no snippet.</param>
/// <param name="Text">The snippet.</param>
/// <param name="Direction"><c>start</c>, <c>prints</c>, <c>interrupt</c>, or empty: just run it.</param>
/// <param name="Name">The background command that the direction is about, or empty.</param>
public sealed record DocStep(int Line, string Language, string Text, string Direction, string Name);
