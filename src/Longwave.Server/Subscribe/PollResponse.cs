using System.Buffers;
using System.Text;
using System.Text.Json;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Subscribe;

/// <summary>The document that answers a poll: <c>{"events":[…],"next":"position"}</c>, and <c>"notices":[…]</c> when there are any.</summary>
internal static class PollResponse
{
    /// <summary>Writes the beginning, up to the first event.</summary>
    public static void WriteStart(IBufferWriter<byte> body) => body.Write("{\"events\":["u8);

    /// <summary>Writes the end, after the last event.</summary>
    /// <param name="body">The document.</param>
    /// <param name="next">Position after which the next poll continues.</param>
    /// <param name="notices">Notices, as JSON objects.</param>
    public static void WriteEnd(IBufferWriter<byte> body, string next, IReadOnlyList<byte[]> notices)
    {
        body.Write("],\"next\":\""u8);
        Encoding.ASCII.GetBytes(next, body);
        body.Write("\""u8);
        for (int i = 0; i < notices.Count; i++)
        {
            body.Write(i == 0 ? ",\"notices\":["u8 : ","u8);
            body.Write(notices[i]);
        }

        body.Write(notices.Count > 0 ? "]}"u8 : "}"u8);
    }

    /// <summary>
    /// Position of an event: member <c>position</c> of a CloudEvent, otherwise <c>id</c> of the native object. Both precede the data, which is not read.
    /// </summary>
    public static string? PositionOf(ReadOnlySpan<byte> json)
    {
        string? id = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals("data"u8))
        {
            bool isPosition = reader.ValueTextEquals("position"u8);
            bool isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isPosition && reader.TokenType == JsonTokenType.String)
            {
                return reader.GetString();
            }

            if (isId)
            {
                id = reader.GetString();
            }

            reader.Skip();
        }

        return id is not null && Position.TryParse(id, out _) ? id : null;
    }
}
