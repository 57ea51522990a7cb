namespace Longwave.Server.Http;

/// <summary>One rejection (RFC 9457): a value returned to the endpoint, never an exception.</summary>
/// <param name="Type">The kind of rejection.</param>
/// <param name="Detail">What is wrong with this request, and what to do.</param>
/// <param name="Field">The parameter, attribute or header concerned, or null.</param>
/// <param name="Index">Index of the event in a batch, from 0, or null.</param>
internal sealed record Problem(ProblemType Type, string Detail, string? Field = null, int? Index = null)
{
    /// <summary>Shortest time until a retry makes sense; sent only with a status that means "retry later".</summary>
    public TimeSpan? RetryAfter { get; init; }
}
