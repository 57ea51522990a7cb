namespace Longwave.Server.Tests.Mercure;

/// <summary>A normative sentence (MUST, SHOULD and similar) of one of the two drafts.</summary>
/// <param name="Number">Draft and sentence: <c>7.16</c> is the sixteenth of draft 7, in text order.</param>
/// <param name="Section">Section of the draft.</param>
/// <param name="Says">Paraphrase of the sentence.</param>
/// <param name="Whose">Party that the sentence binds; <c>hub</c> for this implementation.</param>
/// <param name="Note">Reason for a deviation, or a later change of the text; null if the hub complies.</param>
public sealed record Sentence(string Number, string Section, string Says, string Whose, string? Note)
{
    public const string Hub = "hub";

    public bool IsOurs => Whose == Hub;
}
