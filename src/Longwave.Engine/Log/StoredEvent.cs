using System.Text;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Log;

/// <summary>An event in storage: the current row of a reader. A text is decoded on each access, because most pages need few of them.</summary>
/// <param name="reader">The reader; the event is valid until the reader moves to the next row.</param>
/// <param name="row">The row.</param>
/// <param name="topic">First topic of the event.</param>
internal readonly ref struct StoredEvent(LogReader reader, EventRow row, Topic topic)
{
    private readonly EventRow _row = row;

    public long Offset => _row.Offset;

    public Topic Topic { get; } = topic;

    /// <summary>Alternate topics of the event that are still in the topic table.</summary>
    public ReadOnlySpan<Topic> Alternates => reader.Alternates(_row.Alternates);

    public string? Type => Text(_row.Type);

    public string? Key => Text(_row.Key);

    public bool IsPrivate => _row.Private != 0;

    /// <summary>The columns of the event that a format writes.</summary>
    public EventView View(EventFormat format) => View(format, Topic.Name, EventFrames.HasTopics(format) ? Names(Alternates) : null);

    /// <summary>The columns of the event that a format writes, with other topics than the event has.</summary>
    public EventView View(EventFormat format, string topic, IReadOnlyList<string>? alternates)
    {
        bool hasId = format == EventFormat.SseWithIds;
        bool isRaw = format is EventFormat.Sse or EventFormat.SseWithTopics or EventFormat.SseWithIds;
        return new EventView
        {
            Position = new Position(reader.Epoch, Offset),
            TimeUnixMs = isRaw ? 0 : _row.TimeUnixMs,
            Topic = topic,
            Alternates = alternates,
            Type = Type,
            Key = isRaw ? null : Key,
            ContentType = isRaw ? null : Text(_row.ContentType),
            Attributes = isRaw ? null : Text(_row.Attributes),
            IsPrivate = !isRaw && IsPrivate,
            Id = hasId && !_row.PublisherId.IsEmpty ? Encoding.UTF8.GetString(_row.PublisherId) : null,
            RetryMs = hasId ? (int?)_row.Retry : null,
            Data = _row.Data,
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

    private string? Text(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? null : reader.Texts.Get(utf8);
}
