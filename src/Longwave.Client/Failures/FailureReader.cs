using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Longwave.Client.Failures;

/// <summary>Converts exceptions and unsuccessful responses to a <see cref="HubFailure"/>.</summary>
internal static class FailureReader
{
    // A problem document is short; a longer body is something else.
    private const int MaxProblemBytes = 64 * 1024;

    /// <summary>Whether an exception is a network error, as opposed to a bug or a cancellation by the caller.</summary>
    public static bool IsOfNetwork(Exception exception, CancellationToken caller) =>
        exception is HttpRequestException or IOException or TokenUnavailableException || (exception is OperationCanceledException && !caller.IsCancellationRequested);

    /// <summary>Converts the exception of a request that was not sent or whose response did not arrive.</summary>
    public static HubFailure FromException(string hub, string host, Exception exception)
    {
        string reason = (exception.InnerException ?? exception).Message.TrimEnd('.');
        return exception switch
        {
            TokenUnavailableException => new(FailureKind.NoToken, $"The token provider failed: {reason}.") { IsTemporary = true },
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(
                FailureKind.UnknownHost, $"Unknown host '{host}' ({reason}).")
            { IsTemporary = true },
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => new(
                FailureKind.ConnectionRefused, $"No hub listens at {hub}.")
            { IsTemporary = true },
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new(
                FailureKind.Unreachable, $"Cannot reach {hub}: {reason}.")
            { IsTemporary = true },
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new(
                FailureKind.NotSecure, $"No secure connection to {hub}: {reason}."),
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => new(
                FailureKind.Broken, $"{hub} closed the connection before the response was complete.")
            { IsTemporary = true },
            OperationCanceledException => new(FailureKind.TimedOut, $"{hub} did not respond in time.") { IsTemporary = true },
            _ => new(FailureKind.Broken, $"The connection to {hub} broke: {reason}.") { IsTemporary = true },
        };
    }

    /// <summary>Converts a response that is not the requested one.</summary>
    public static async Task<HubFailure> FromResponseAsync(string hub, HttpResponseMessage response, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        HubFailure? problem = ResponseType.Of(response) == "application/problem+json"
            ? TryReadProblem(status, await ReadStartAsync(response, cancellation).ConfigureAwait(false))
            : null;
        problem ??= new HubFailure(FailureKind.Status, status switch
        {
            404 => $"{hub} answered 404: there is no Longwave hub at this URL.",
            >= 300 and < 400 => $"{hub} answered {status}: it redirects to {response.Headers.Location?.ToString() ?? "no address"}, which the client does not follow. Use the "
                + "final URL of the hub; a publish is repeated only after 307 and 308.",
            _ => $"{hub} answered {status} {response.ReasonPhrase}".TrimEnd() + ", which is not the response of a hub.",
        })
        { IsTemporary = status is 408 or 425 or 429 or (>= 500 and not 501 and not 505 and not 507) };
        return problem with { Status = status, RetryAfter = RetryAfterOf(response.Headers) };
    }

    private static async Task<byte[]> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            byte[] buffer = new byte[MaxProblemBytes];
            int length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            return buffer[..length];
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return []; // The status alone has to explain the failure.
        }
    }

    /// <summary>Reads a problem document (RFC 9457). The message is its detail, preceded by the field unless the detail contains it.</summary>
    private static HubFailure? TryReadProblem(int status, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if ((Text(root, "detail") ?? Text(root, "title")) is not { } sentence)
            {
                return null;
            }

            string? field = Text(root, "field");
            string suffix = field is not null && !sentence.Contains(field, StringComparison.Ordinal) ? $" [{field}]" : "";
            string type = Text(root, "type") ?? "";
            return new HubFailure(FailureKind.Problem, $"The hub answered: {sentence}{suffix}")
            {
                // A full disk can become free; a full topic table does not.
                IsTemporary = status is 408 or 425 or 429 or 500 or 502 or 503 or 504 || type.EndsWith("/disk-full", StringComparison.Ordinal),
                ProblemType = type,
                Field = field,
                Index = root.TryGetProperty("index", out JsonElement i) && i.TryGetInt32(out int index) ? index : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Reads <c>Retry-After</c>. A date is compared with the server's own <c>Date</c>, because this machine's clock may be wrong.</summary>
    private static TimeSpan? RetryAfterOf(HttpResponseHeaders headers)
    {
        TimeSpan? wait = headers.RetryAfter?.Delta ?? (headers.RetryAfter?.Date - headers.Date);
        return wait > TimeSpan.Zero ? wait : null;
    }
}
