using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>An event in storage: the current row of a reader. A column is decoded on each access, because most pages need few columns.</summary>
/// <param name="reader">The reader; the event is valid until the reader moves to the next row.</param>
/// <param name="row">The row.</param>
/// <param name="offset">Offset of the event.</param>
/// <param name="topic">First topic of the event.</param>
internal readonly ref struct StoredEvent(LogReader reader, Statement row, long offset, Topic topic)
{
    public long Offset { get; } = offset;

    public Topic Topic { get; } = topic;

    /// <summary>Alternate topics of the event that are still in the topic table.</summary>
    public ReadOnlySpan<Topic> Alternates => reader.Alternates(row);

    public string? Type => Text(EventRow.Type);

    public string? Key => Text(EventRow.Key);

    public bool IsPrivate => row.Int64(EventRow.Private) != 0;

    /// <summary>The columns of the event that a format writes.</summary>
    public EventView View(EventFormat format) => View(format, Topic.Name, EventFrames.HasTopics(format) ? Names(Alternates) : null);

    /// <summary>The columns of the event that a format writes, with other topics than the event has.</summary>
    public EventView View(EventFormat format, string topic, IReadOnlyList<string>? alternates)
    {
        bool hasId = format == EventFormat.SseWithIds;
        bool isRaw = hasId || format == EventFormat.Sse;
        return new EventView
        {
            Position = new Position(reader.Epoch, Offset),
            TimeUnixMs = isRaw ? 0 : row.Int64(EventRow.Time),
            Topic = topic,
            Alternates = alternates,
            Type = Type,
            Key = isRaw ? null : Key,
            ContentType = isRaw ? null : Text(EventRow.ContentType),
            Attributes = isRaw ? null : Text(EventRow.Attributes),
            IsPrivate = !isRaw && IsPrivate,
            Id = hasId && !row.IsNull(EventRow.PublisherId) ? row.Text(EventRow.PublisherId) : null,
            RetryMs = hasId && !row.IsNull(EventRow.Retry) ? (int)row.Int64(EventRow.Retry) : null,
            Data = row.Bytes(EventRow.Data),
        };
    }

    private static string[]? Names(ReadOnlySpan<Topic> topics)
    {
        if (topics.IsEmpty)
        {
            return null;
        }

        string[] names = new string[topics.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = topics[i].Name;
        }

        return names;
    }

    private string? Text(int column) => row.Bytes(column) is { IsEmpty: false } utf8 ? reader.Texts.Get(utf8) : null;
}
