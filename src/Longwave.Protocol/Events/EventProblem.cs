namespace Longwave.Protocol.Events;

/// <summary>Why an event was rejected; the text is for the publisher.</summary>
/// <param name="Field">The invalid field, attribute or header, e.g. <c>topic</c>; <c>body</c> for the request as a whole.</param>
/// <param name="Detail">What is wrong and how to fix it, one or two sentences.</param>
/// <param name="Kind">The kind of problem.</param>
public sealed record EventProblem(string Field, string Detail, EventProblemKind Kind)
{
    /// <summary>Index of the event in its batch, from 0; null without a batch.</summary>
    public int? Index { get; init; }
}
