namespace Longwave.Client.Failures;

/// <summary>Why a hub did not do what it was asked.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Message">One sentence for a person. It may hold text that came from the network: escape it where that matters.</param>
public sealed record HubFailure(FailureKind Kind, string Message)
{
    /// <summary>Whether the same request may work later. What is temporary is tried again by the client itself.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Whether nothing answered at the address at all.</summary>
    public bool IsUnreachable => Kind is FailureKind.UnknownHost or FailureKind.ConnectionRefused or FailureKind.Unreachable or FailureKind.NotSecure;

    /// <summary>The status of the answer; null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>The problem's <c>type</c>, e.g. <c>https://longwave.dev/problems/disk-full</c>.</summary>
    public string? ProblemType { get; init; }

    /// <summary>The parameter, header or attribute that was wrong.</summary>
    public string? Field { get; init; }

    /// <summary>Which event of a batch it was about, from 0; null when it was about none.</summary>
    public int? Index { get; init; }

    /// <summary>When the hub wants to be asked again, at the earliest.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
