namespace Longwave.Protocol.Events;

/// <summary>Why an event was refused, in words for whoever published it.</summary>
/// <param name="Field">The field, attribute or header that is wrong, e.g. <c>topic</c>; <c>body</c> for the request as a whole.</param>
/// <param name="Detail">What is wrong and what to do, one or two sentences.</param>
/// <param name="Kind">The sort of problem.</param>
public sealed record EventProblem(string Field, string Detail, EventProblemKind Kind)
{
    /// <summary>Which event of a batch it is, from 0; null when there is no batch.</summary>
    public int? Index { get; init; }
}
