namespace Longwave.Server.Http;

/// <summary>One refusal (RFC 9457): a value that travels up to the endpoint, never an exception.</summary>
/// <param name="Type">What kind it is.</param>
/// <param name="Detail">What was wrong this time, and what to do.</param>
/// <param name="Field">The parameter, attribute or header concerned, or null.</param>
/// <param name="Index">Which event of a batch, from 0, or null.</param>
internal sealed record Problem(ProblemType Type, string Detail, string? Field = null, int? Index = null)
{
    /// <summary>The soonest that another try makes sense; it is only said together with a status that means "later".</summary>
    public TimeSpan? RetryAfter { get; init; }
}
