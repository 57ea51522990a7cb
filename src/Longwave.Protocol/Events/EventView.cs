using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Events;

/// <summary>A stored event as the encoders read it: borrowed memory, so that a database row needs no object.</summary>
/// <remarks>Valid only as long as the memory behind <see cref="Data"/> (a database row, a buffer).</remarks>
public readonly ref struct EventView
{
    /// <summary>Position of the event in the log.</summary>
    public required Position Position { get; init; }

    /// <summary>Append time in milliseconds since the Unix epoch (UTC); never decreases along the log.</summary>
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
