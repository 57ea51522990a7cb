using System.Buffers;
using System.Text.Json;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Positions;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Publish;

/// <summary>Answers a publish with the positions of the events.</summary>
internal static class PublishResponse
{
    private const int MaxSingleBytes = 32 + Position.MaxTextLength;

    /// <summary><c>{"id":"5f3a9c1e-1042"}</c> with 201, or 200 and <c>"duplicate":true</c> when the event was already in the log.</summary>
    /// <remarks>A position needs no escaping, so the bytes are written to the response directly. The web server sends them when the request ends.</remarks>
    public static void WriteSingle(HttpContext context, PublishedEvent published)
    {
        Span<byte> body = stackalloc byte[MaxSingleBytes];
        int length = Append(body, 0, "{\"id\":\""u8);
        published.Position.TryFormat(body[length..], out int positionLength);
        length = Append(body, length + positionLength, published.Duplicate ? "\",\"duplicate\":true}"u8 : "\"}"u8);
        HttpResponse response = context.Response;
        response.StatusCode = published.Duplicate ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        response.ContentType = JsonResponse.MediaType;
        response.ContentLength = length;
        response.BodyWriter.Write(body[..length]);
    }

    /// <summary><c>{"ids":[…],"duplicates":n}</c> with 201, or 200 when no event was new.</summary>
    public static Task WriteBatchAsync(HttpContext context, IReadOnlyList<PublishedEvent> published)
    {
        int duplicates = 0;
        var body = new ArrayBufferWriter<byte>(64 + (published.Count * 24));
        using (var json = new Utf8JsonWriter(body, JsonResponse.WriterOptions))
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
        return JsonResponse.WriteAsync(context, JsonResponse.MediaType, body.WrittenMemory);
    }

    private static int Append(Span<byte> body, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(body[at..]);
        return at + text.Length;
    }
}
