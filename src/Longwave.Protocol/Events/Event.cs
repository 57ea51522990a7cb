namespace Longwave.Protocol.Events;

/// <summary>One message as published, before the log assigns a position.</summary>
/// <remarks>Immutable; the hub rejects events that break the rules of a field.</remarks>
public sealed record Event
{
    /// <summary>Topic to publish to: 1 to 1,024 bytes of UTF-8, no control characters.</summary>
    public required string Topic { get; init; }

    /// <summary>Further topics of the same event (Mercure calls them alternates); usually empty.</summary>
    public IReadOnlyList<string> Alternates { get; init; } = [];

    /// <summary>The SSE <c>event:</c> field and the CloudEvents <c>type</c>; null means <c>message</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Key of the event within its topic, used by conflation; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>The payload: UTF-8 text with any line ends, possibly empty.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Media type of <see cref="Data"/>; null if not given.</summary>
    public string? ContentType { get; init; }

    /// <summary>
    /// CloudEvents attributes without a property here (id, source, time, subject, dataschema, extensions), as one JSON object in
    /// UTF-8 text; null if the event was not published as a CloudEvent.
    /// </summary>
    public string? Attributes { get; init; }

    /// <summary>
    /// Id from the publisher: a stream can resume after it, and <see cref="EventFormat.SseWithIds"/> sends it. It does not affect the
    /// order. Null if the event is identified only by its position.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>Reconnection time sent with the event in <see cref="EventFormat.SseWithIds"/>, in milliseconds; null sends none.</summary>
    public int? RetryMs { get; init; }

    /// <summary>Whether only subscribers with an explicit grant receive the event; anonymous grants do not cover it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether the event completes its topic: it is the last event of the topic, and the hub accepts no later one.</summary>
    public bool IsCompletion => EventRules.IsCompletion(Type);

    /// <summary>Creates the event that completes a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="isPrivate">Whether only subscribers with an explicit grant receive the event.</param>
    public static Event Completion(string topic, bool isPrivate = false) => new() { Topic = topic, Type = EventRules.CompletionType, IsPrivate = isPrivate };
}
