namespace Longwave.Tests.Docs;

/// <summary>One step of a document: a fenced snippet, or a separate direction. CONTRIBUTING.md describes the directions.</summary>
/// <param name="Line">First line, from 1.</param>
/// <param name="Language">Language of the fence; empty for a direction without a snippet.</param>
/// <param name="Text">Text of the snippet.</param>
/// <param name="Direction"><c>start</c>, <c>prints</c>, <c>interrupt</c>, or empty to run the snippet.</param>
/// <param name="Name">Background command that the direction concerns, or empty.</param>
public sealed record DocStep(int Line, string Language, string Text, string Direction, string Name);
