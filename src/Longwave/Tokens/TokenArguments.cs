namespace Longwave.Tokens;

/// <summary>What a token or an API key is to be.</summary>
internal sealed record TokenArguments
{
    public required string Subject { get; init; }

    public required IReadOnlyList<string> Publish { get; init; }

    public required IReadOnlyList<string> Subscribe { get; init; }

    /// <summary>The only event types of every grant; empty for all.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    public required bool Admin { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public required string Issuer { get; init; }

    public required string Audience { get; init; }
}
