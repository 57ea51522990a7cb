using System.Buffers;
using System.Text.Json;
using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Http;

/// <summary>Writes rejections as <c>application/problem+json</c> (RFC 9457).</summary>
internal sealed class ProblemWriter(ServerOptions options)
{
    private const string MediaType = "application/problem+json";

    /// <summary>Answers with <paramref name="problem"/>; the response must not have started.</summary>
    public Task WriteAsync(HttpContext context, Problem problem)
    {
        HttpResponse response = context.Response;
        response.StatusCode = problem.Type.Status;
        response.Headers.CacheControl = "no-store";
        if (problem.Type.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            response.Headers.RetryAfter = RetryAfterSeconds(problem.RetryAfter ?? TimeSpan.Zero).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (problem.Type.Status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            // RFC 6750, section 3.
            response.Headers.WWWAuthenticate = problem.Type == ProblemTypes.InvalidToken ? "Bearer error=\"invalid_token\"" : "Bearer";
        }

        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, problem.Type.Uri);
            json.WriteString("title"u8, problem.Type.Title);
            json.WriteNumber("status"u8, problem.Type.Status);
            json.WriteString("detail"u8, problem.Detail);
            if (problem.Field is not null)
            {
                json.WriteString("field"u8, problem.Field);
            }

            if (problem.Index is int index)
            {
                json.WriteNumber("index"u8, index);
            }

            json.WriteEndObject();
        }

        return JsonResponse.WriteAsync(context, MediaType, body.WrittenMemory);
    }

    /// <summary>A random delay, so that clients rejected at the same time do not retry at the same time.</summary>
    private int RetryAfterSeconds(TimeSpan atLeast)
    {
        int shortest = (int)Math.Ceiling(options.RetryAfterMin.TotalSeconds);
        int longest = (int)Math.Ceiling(options.RetryAfterMax.TotalSeconds);
        return (int)atLeast.TotalSeconds + Random.Shared.Next(shortest, Math.Max(shortest, longest) + 1);
    }
}
