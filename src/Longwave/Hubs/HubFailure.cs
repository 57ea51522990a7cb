using System.Net.Sockets;
using System.Text.Json;
using Longwave.Terminals;

namespace Longwave.Hubs;

/// <summary>Why a hub did not do what it was asked, in one sentence for a person.</summary>
/// <param name="Sentence">What went wrong and what to do.</param>
internal sealed record HubFailure(string Sentence)
{
    private const int MaxProblemBytes = 64 * 1024;

    /// <summary>Whether the same request may work later.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Nothing answered at the address at all.</summary>
    public bool IsUnreachable { get; init; }

    /// <summary>When the hub wants to be asked again, at the earliest.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Which event of a batch it was about, from 0; null when it was about none.</summary>
    public int? Index { get; init; }

    /// <summary>The request did not come through, or its answer did not come back.</summary>
    public static HubFailure FromException(HubAddress address, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        string reason = (exception.InnerException ?? exception).Message.TrimEnd('.');
        return exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(
                $"There is no machine called '{address.Base.Host}' ({reason}). Say where the hub is with --hub URL.")
            { IsTemporary = true, IsUnreachable = true },
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => new(
                $"No hub answers at {address}. Start one with `longwave serve`, or say where it is with --hub URL.")
            { IsTemporary = true, IsUnreachable = true },
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new($"{address} can't be reached: {reason}.")
            { IsTemporary = true, IsUnreachable = true },
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new(
                $"No secure connection to {address}: {reason}.")
            { IsUnreachable = true },
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => new(
                $"{address} closed the connection in the middle.")
            { IsTemporary = true },
            OperationCanceledException => new($"{address} did not answer in time.") { IsTemporary = true },
            _ => new($"The connection to {address} broke: {reason}.") { IsTemporary = true },
        };
    }

    /// <summary>The hub answered, but not with what was asked for.</summary>
    public static async Task<HubFailure> FromResponseAsync(HubAddress address, HttpResponseMessage response, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(response);
        int status = (int)response.StatusCode;
        HubFailure? problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? TryReadProblem(await ReadStartAsync(response, cancellation))
            : null;
        problem ??= new HubFailure(status == 404
            ? $"{address} answered 404: there is no Longwave hub at this address."
            : $"{address} answered {status} {VisibleText.Escape(response.ReasonPhrase ?? "")}".TrimEnd() + " instead of what a hub says.")
        { IsTemporary = status is 408 or 429 or (>= 500 and not 501 and not 505 and not 507) };
        return problem with { RetryAfter = RetryAfterOf(response, clock) };
    }

    private static async Task<byte[]> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
            byte[] buffer = new byte[MaxProblemBytes];
            int length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            return buffer[..length];
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return []; // The status has to do.
        }
    }

    /// <summary>RFC 9457: detail says what was wrong; the field is named unless the sentence names it already.</summary>
    private static HubFailure? TryReadProblem(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string? title = Text(root, "title");
            string? detail = Text(root, "detail");
            if ((detail ?? title) is not { } sentence)
            {
                return null;
            }

            string field = Text(root, "field") is { } name && !sentence.Contains(name, StringComparison.Ordinal) ? $" [{name}]" : "";
            int status = root.TryGetProperty("status", out JsonElement s) && s.TryGetInt32(out int code) ? code : 0;
            string type = Text(root, "type") ?? "";
            return new HubFailure(VisibleText.Escape($"The hub says: {sentence}{field}"))
            {
                // Full disks are emptied; a full table of topics is not.
                IsTemporary = status is 408 or 429 or 500 or 503 or 504 || type.EndsWith("/disk-full", StringComparison.Ordinal),
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

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, TimeProvider clock)
    {
        TimeSpan? wait = response.Headers.RetryAfter?.Delta
            ?? (response.Headers.RetryAfter?.Date is { } date ? date - clock.GetUtcNow() : null);
        return wait > TimeSpan.Zero ? wait : null;
    }
}
