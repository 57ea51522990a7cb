namespace Longwave.Client.Failures;

/// <summary>Why a request to a hub failed.</summary>
/// <param name="Kind">Category of the failure.</param>
/// <param name="Message">One sentence for people. It may contain text from the network: escape it where you display it.</param>
public sealed record HubFailure(FailureKind Kind, string Message)
{
    /// <summary>Whether the same request may succeed later. The client retries temporary failures itself.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Whether no server answered at the address.</summary>
    public bool IsUnreachable => Kind is FailureKind.UnknownHost or FailureKind.ConnectionRefused or FailureKind.Unreachable or FailureKind.NotSecure;

    /// <summary>HTTP status of the response; null without a response.</summary>
    public int? Status { get; init; }

    /// <summary>Problem type from the response, e.g. <c>https://longwave.dev/problems/disk-full</c>; null without a problem document.</summary>
    public string? ProblemType { get; init; }

    /// <summary>Parameter, header or attribute that is invalid; null when the hub named none.</summary>
    public string? Field { get; init; }

    /// <summary>Index of the invalid event in its batch, from 0; null when the failure does not concern one event.</summary>
    public int? Index { get; init; }

    /// <summary>Minimum time before the next request, as the hub asked for it; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
