namespace Longwave.Protocol.Events;

/// <summary>One message as a publisher hands it in, before the log has given it a position.</summary>
/// <remarks>Immutable; the hub refuses what breaks the rules of a field.</remarks>
public sealed record Event
{
    /// <summary>The name it is published to: 1 to 1,024 bytes of UTF-8, no control characters.</summary>
    public required string Topic { get; init; }

    /// <summary>Further topics under which the same event is found (Mercure calls them alternates); usually empty.</summary>
    public IReadOnlyList<string> Alternates { get; init; } = [];

    /// <summary>The SSE <c>event:</c> field and the CloudEvents <c>type</c>; null means <c>message</c>.</summary>
    public string? Type { get; init; }

    /// <summary>What the event is about inside its topic (conflation key); null when it has none.</summary>
    public string? Key { get; init; }

    /// <summary>The payload: UTF-8 text, any line ends, possibly empty.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Media type of <see cref="Data"/>; null when the publisher did not say.</summary>
    public string? ContentType { get; init; }

    /// <summary>
    /// The CloudEvents attributes that Longwave has no word for (id, source, time, subject, dataschema, extensions), as one JSON object in
    /// UTF-8 text; null when the event did not come as a CloudEvent.
    /// </summary>
    public string? Attributes { get; init; }

    /// <summary>
    /// What its publisher calls it: a stream can be resumed after it, and <see cref="EventFormat.SseWithIds"/> says it. It never decides the
    /// order. Null when it has no name but its position.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>The reconnection time that goes out with it in <see cref="EventFormat.SseWithIds"/>, in milliseconds; null leaves it.</summary>
    public int? RetryMs { get; init; }

    /// <summary>Whether it reaches only subscribers that were granted it, never those that may read what is public.</summary>
    public bool IsPrivate { get; init; }
}
