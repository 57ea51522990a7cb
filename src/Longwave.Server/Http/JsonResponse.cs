using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Http;

/// <summary>Answers that are one whole JSON document.</summary>
internal static class JsonResponse
{
    public const string MediaType = "application/json";

    /// <summary>Writes characters unescaped, not as <c>\u00e9</c>, because the answers are not embedded in HTML.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A time as RFC 3339, in UTC, to the millisecond.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Sends <paramref name="body"/> with its length; only the headers when the request is a HEAD.</summary>
    public static Task WriteAsync(HttpContext context, string mediaType, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.ContentType = mediaType;
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
