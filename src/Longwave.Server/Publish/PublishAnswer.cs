using System.Buffers;
using System.Text.Json;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Positions;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Publish;

/// <summary>Answers a publish with the positions of the events.</summary>
internal static class PublishAnswer
{
    /// <summary><c>{"id":"5f3a9c1e-1042"}</c> with 201, or 200 and <c>"duplicate":true</c> when the event was already in the log.</summary>
    public static Task WriteSingleAsync(HttpContext context, PublishedEvent published)
    {
        context.Response.StatusCode = published.Duplicate ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        var body = new ArrayBufferWriter<byte>(96);
        using (var json = new Utf8JsonWriter(body, JsonAnswer.WriterOptions))
        {
            json.WriteStartObject();
            Span<byte> text = stackalloc byte[Position.MaxTextLength];
            published.Position.TryFormat(text, out int length);
            json.WriteString("id"u8, text[..length]);
            if (published.Duplicate)
            {
                json.WriteBoolean("duplicate"u8, true);
            }

            json.WriteEndObject();
        }

        return JsonAnswer.WriteAsync(context, JsonAnswer.MediaType, body.WrittenMemory);
    }

    /// <summary><c>{"ids":[…],"duplicates":n}</c> with 201, or 200 when no event was new.</summary>
    public static Task WriteBatchAsync(HttpContext context, IReadOnlyList<PublishedEvent> published)
    {
        int duplicates = 0;
        var body = new ArrayBufferWriter<byte>(64 + (published.Count * 24));
        using (var json = new Utf8JsonWriter(body, JsonAnswer.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("ids"u8);
            Span<byte> text = stackalloc byte[Position.MaxTextLength];
            for (int i = 0; i < published.Count; i++)
            {
                published[i].Position.TryFormat(text, out int length);
                json.WriteStringValue(text[..length]);
                duplicates += published[i].Duplicate ? 1 : 0;
            }

            json.WriteEndArray();
            json.WriteNumber("duplicates"u8, duplicates);
            json.WriteEndObject();
        }

        context.Response.StatusCode = duplicates == published.Count ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        return JsonAnswer.WriteAsync(context, JsonAnswer.MediaType, body.WrittenMemory);
    }
}
