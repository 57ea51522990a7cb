using System.IO.Pipelines;
using System.Text.Json;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Admission;

/// <summary>Answers that are one JSON object with a list, written piece by piece: a slow client of a long list costs one piece.</summary>
/// <param name="admission">The room for answers.</param>
internal sealed class ListResponse(AdmissionControl admission)
{
    /// <summary>Writes the answer; only its headers when the request is a HEAD.</summary>
    /// <param name="context">The request. Headers other than the media type must be set before.</param>
    /// <param name="mediaType">Media type of the answer.</param>
    /// <param name="begin">Writes the members before the list, and the start of the list.</param>
    /// <param name="items">Items of the list.</param>
    /// <param name="write">Writes one item.</param>
    /// <param name="end">Writes the members after the list.</param>
    /// <returns>The rejection; then nothing was written.</returns>
    public async ValueTask<Problem?> WriteAsync<T>(
        HttpContext context, string mediaType, Action<Utf8JsonWriter> begin, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter> end)
    {
        using AnswerLease room = admission.RoomOf(context);
        if (!room.TryTake(AnswerRoom.PieceBytes))
        {
            return room.Refuse(AnswerRoom.PieceBytes);
        }

        try
        {
            context.Response.ContentType = mediaType;
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await WriteBodyAsync(context, begin, items, write, end);
            }

            return null;
        }
        finally
        {
            room.Return(AnswerRoom.PieceBytes);
        }
    }

    private static async Task WriteBodyAsync<T>(
        HttpContext context, Action<Utf8JsonWriter> begin, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter> end)
    {
        PipeWriter pipe = context.Response.BodyWriter;
        using (var json = new Utf8JsonWriter(pipe, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            begin(json);
            foreach (T item in items)
            {
                write(json, item);
                if (json.BytesPending + pipe.UnflushedBytes >= AnswerRoom.PieceBytes)
                {
                    json.Flush();
                    await pipe.FlushAsync(context.RequestAborted);
                }
            }

            json.WriteEndArray();
            end(json);
            json.WriteEndObject();
        }

        await pipe.FlushAsync(context.RequestAborted);
    }
}
