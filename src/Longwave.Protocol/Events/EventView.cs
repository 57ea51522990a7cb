using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Events;

/// <summary>An event of the log as the encoders read it: borrowed, so that a row of storage needs no object of its own.</summary>
/// <remarks>Valid only as long as whatever <see cref="Data"/> points into (a database row, a buffer).</remarks>
public readonly ref struct EventView
{
    /// <summary>Where the event stands in the log.</summary>
    public required Position Position { get; init; }

    /// <summary>When the log took it, in milliseconds since the Unix epoch (UTC); never runs backwards along the log.</summary>
    public required long TimeUnixMs { get; init; }

    /// <inheritdoc cref="Event.Topic"/>
    public required string Topic { get; init; }

    /// <inheritdoc cref="Event.Alternates"/>
    public IReadOnlyList<string>? Alternates { get; init; }

    /// <inheritdoc cref="Event.Type"/>
    public string? Type { get; init; }

    /// <inheritdoc cref="Event.Key"/>
    public string? Key { get; init; }

    /// <inheritdoc cref="Event.ContentType"/>
    public string? ContentType { get; init; }

    /// <inheritdoc cref="Event.Attributes"/>
    public string? Attributes { get; init; }

    /// <inheritdoc cref="Event.Id"/>
    public string? Id { get; init; }

    /// <inheritdoc cref="Event.RetryMs"/>
    public int? RetryMs { get; init; }

    /// <inheritdoc cref="Event.IsPrivate"/>
    public bool IsPrivate { get; init; }

    /// <inheritdoc cref="Event.Data"/>
    public ReadOnlySpan<byte> Data { get; init; }
}
