using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Longwave.Engine.Access;
using Longwave.Engine.Publishing;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Server.Identity;
using Longwave.Server.Publish;

namespace Longwave.Server.Tests.Publish;

/// <summary>Fields with characters that end lines, fields and events, and the inputs that accept them, each read as its endpoint does.</summary>
/// <param name="Topic">Event topic.</param>
/// <param name="Type">Event type.</param>
/// <param name="Key">Event key.</param>
/// <param name="Id">Id of the CloudEvent.</param>
/// <param name="Source">Source of the CloudEvent, and its subject.</param>
/// <param name="Extension">An extension attribute.</param>
/// <param name="Data">Event data.</param>
internal sealed record HostileEvent(string Topic, string Type, string Key, string Id, string Source, string Extension, string Data)
{
    private static readonly string[] Pieces =
    [
        "\r", "\n", "\r\n", "\n\n", "\r\r", "\n\r", "\0", "\uFEFF", "\u2028", "\u2029", "\u0085", "\v", "\f", "\u001b", "\u007f", ":", " ", "",
        "id: evil", "event: evil", "data: evil", "retry: 1", "\ndata: evil\n\n", "\r\revent: evil\rdata: evil\r\r", ": comment", "id:\0", "data", "\"", "\\", "\\n",
        "%0A", "%0d%0a", "%00", "é", "京", "😀", "a", "{", "}", ",", "longwave.reset", "</script>",
    ];

    private static readonly string[] Harmless = [.. Pieces.Where(piece => !piece.Any(char.IsControl))];

    /// <summary>Fills one field with arbitrary text and the others with mostly valid text; otherwise hardly any event would be accepted.</summary>
    public static HostileEvent Next(Random random)
    {
        int wild = random.Next(8);
        return new HostileEvent(
            "t" + Text(0), "y" + Text(1), "k" + Text(2), "i" + Text(3), "/s" + Text(4), "x" + Text(5), string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Piece(true))));

        string Text(int field) => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Piece(field == wild)));

        string Piece(bool anything) => anything ? Pieces[random.Next(Pieces.Length)] : Harmless[random.Next(Harmless.Length)];
    }

    /// <summary>Reads the event as the endpoint does for this kind of body; null if it is rejected.</summary>
    public Event? Through(BodyKind kind, PublishRequest request)
    {
        var list = new PublicationList(request, null, kind is BodyKind.Batch or BodyKind.Ndjson, new Caller("", null, GrantSet.Everything, GrantSet.Nothing));
        Event? e = null;
        CloudEventIdentity identity = default;
        bool isRead = kind switch
        {
            BodyKind.Raw => TryReadRaw(out e),
            BodyKind.Binary => TryReadBinary(out e, out identity),
            BodyKind.Batch => TryReadBatch(out e, out identity),
            _ => CloudEventReader.TryRead(Encoding.UTF8.GetBytes(Json()), default, out e, out identity, out _),
        };
        return isRead && (kind == BodyKind.Raw ? list.Add(e!) : list.Add(e!, identity)) is null ? e : null;
    }

    private bool TryReadRaw(out Event? e)
    {
        string query = $"?topic={Uri.EscapeDataString(Topic)}&topic={Uri.EscapeDataString(Source)}&type={Uri.EscapeDataString(Type)}&key={Uri.EscapeDataString(Key)}";
        e = PublishQuery.TryRead(query, new BodyHeaders(BodyKind.Raw, null, null), out PublishQuery read) is not null
            ? null
            : new Event { Topic = read.Topics[0], Alternates = [read.Topics[1]], Type = read.Type, Key = read.Key, ContentType = Extension, Data = Encoding.UTF8.GetBytes(Data) };
        return e is not null;
    }

    private bool TryReadBatch(out Event? e, out CloudEventIdentity identity)
    {
        bool isRead = CloudEventReader.TryReadBatch(Encoding.UTF8.GetBytes($"[{Json()}]"), default, out List<ParsedCloudEvent> events, out _);
        (e, identity) = isRead ? (events[0].Event, events[0].Identity) : (null, default);
        return isRead;
    }

    private bool TryReadBinary(out Event? e, out CloudEventIdentity identity)
    {
        KeyValuePair<string, string>[] headers =
        [
            new("ce-specversion", "1.0"), new("ce-id", Uri.EscapeDataString(Id)), new("ce-source", Source), new("ce-type", Uri.EscapeDataString(Type)),
            new("ce-topic", Uri.EscapeDataString(Topic)), new("ce-key", Uri.EscapeDataString(Key)), new("ce-myextension", Extension),
        ];
        return CloudEventReader.TryReadBinary(headers, "text/plain", Encoding.UTF8.GetBytes(Data), default, out e, out identity, out _);
    }

    private string Json()
    {
        var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", Id);
            json.WriteString("source", Source);
            json.WriteString("subject", Source);
            json.WriteString("type", Type);
            json.WriteString("topic", Topic);
            json.WriteString("key", Key);
            json.WriteString("myextension", Extension);
            json.WriteString("datacontenttype", "text/plain");
            json.WriteString("data", Data);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
