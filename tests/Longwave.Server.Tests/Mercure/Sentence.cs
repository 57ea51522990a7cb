namespace Longwave.Server.Tests.Mercure;

/// <summary>A normative sentence (MUST, SHOULD and their kin) of one of the two drafts.</summary>
/// <param name="Number">Draft and place: <c>7.16</c> is the sixteenth of draft 7, in the order of the text.</param>
/// <param name="Section">The section of the draft.</param>
/// <param name="Says">What it says, in our words.</param>
/// <param name="Whose">Whom it binds; <c>hub</c> for us.</param>
/// <param name="Note">Why the hub does something else, or what the text says by now; null where it does just that.</param>
public sealed record Sentence(string Number, string Section, string Says, string Whose, string? Note)
{
    public const string Hub = "hub";

    public bool IsOurs => Whose == Hub;
}
