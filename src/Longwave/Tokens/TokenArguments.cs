namespace Longwave.Tokens;

/// <summary>Properties of the token or API key to create.</summary>
internal sealed record TokenArguments
{
    public required string Subject { get; init; }

    public required IReadOnlyList<string> Publish { get; init; }

    public required IReadOnlyList<string> Subscribe { get; init; }

    /// <summary>Event types of every grant; empty for all types.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    public required bool Admin { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public required string Issuer { get; init; }

    public required string Audience { get; init; }
}
