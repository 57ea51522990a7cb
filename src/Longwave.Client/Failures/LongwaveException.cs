namespace Longwave.Client.Failures;

/// <summary>Thrown when a request to a hub fails permanently, or when its retries ran out of time.</summary>
public sealed class LongwaveException : Exception
{
    /// <summary>Creates the exception for a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="inner">The original exception, if any.</param>
    public LongwaveException(HubFailure failure, Exception? inner = null)
        : base(failure?.Message, inner)
    {
        ArgumentNullException.ThrowIfNull(failure);
        Failure = failure;
    }

    /// <summary>The failure.</summary>
    public HubFailure Failure { get; }

    /// <summary>How long a publish was retried before it failed; null when it was not retried.</summary>
    public TimeSpan? GaveUpAfter { get; init; }
}
