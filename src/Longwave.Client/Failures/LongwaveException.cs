namespace Longwave.Client.Failures;

/// <summary>A hub did not do what it was asked, and asking again would not help, or was tried for long enough.</summary>
public sealed class LongwaveException : Exception
{
    /// <summary>Makes the exception of a failure.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="inner">The exception behind it, if there is one.</param>
    public LongwaveException(HubFailure failure, Exception? inner = null)
        : base(failure?.Message, inner)
    {
        ArgumentNullException.ThrowIfNull(failure);
        Failure = failure;
    }

    /// <summary>What went wrong.</summary>
    public HubFailure Failure { get; }

    /// <summary>How long a publish was tried before it was given up; null when it was not tried again.</summary>
    public TimeSpan? GaveUpAfter { get; init; }
}
