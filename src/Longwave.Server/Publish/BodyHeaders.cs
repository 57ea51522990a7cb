using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Publish;

/// <summary>The headers that describe the body of a publish.</summary>
/// <param name="Kind">The format of the body.</param>
/// <param name="ContentType">The content type to store with a raw or binary event; null without a useful one.</param>
/// <param name="IdempotencyKey">The <c>Idempotency-Key</c> header, or null.</param>
internal readonly record struct BodyHeaders(BodyKind Kind, string? ContentType, string? IdempotencyKey)
{
    public const int MaxIdempotencyKeyLength = 255;
    private const string CloudEventsPrefix = "application/cloudevents";

    /// <summary>The default content type of curl, which says nothing about the data.</summary>
    private const string FormUrlEncoded = "application/x-www-form-urlencoded";

    /// <summary>Whether the media type is that of a form, which is also the default of curl.</summary>
    public bool IsForm { get; private init; }

    /// <summary>Whether the body is compressed with gzip.</summary>
    public bool IsCompressed { get; private init; }

    /// <summary>Headers of the required attributes of a CloudEvent: any of them means binary mode.</summary>
    private static readonly string[] BinaryModeHeaders = ["ce-specversion", "ce-id", "ce-source", "ce-type"];

    /// <summary>Reads the headers; returns the first problem, or null.</summary>
    public static Problem? TryRead(IHeaderDictionary headers, out BodyHeaders read)
    {
        read = default;
        bool isCompressed = false;
        Problem? problem = TryReadIdempotencyKey(headers["Idempotency-Key"], out string? key) ?? TryReadEncoding(headers.ContentEncoding, out isCompressed);
        if (problem is not null)
        {
            return problem;
        }

        string? contentType = null;
        MediaTypeHeaderValue? media = null;
        if (IsPlain(headers.ContentType))
        {
            contentType = headers.ContentType[0];
        }
        else if (!StringValues.IsNullOrEmpty(headers.ContentType))
        {
            contentType = headers.ContentType.ToString();
            if (headers.ContentType.Count > 1 || !MediaTypeHeaderValue.TryParse(contentType, out media))
            {
                return new Problem(ProblemTypes.InvalidParameter, "`Content-Type` is not one media type such as `text/plain`.", "Content-Type");
            }

            problem = CheckCharset(media);
        }

        problem ??= TryChooseKind(headers, media, out BodyKind kind)
            ?? Take(out read, kind, media?.MediaType.Equals(FormUrlEncoded, StringComparison.OrdinalIgnoreCase) == true, contentType, key);
        read = read with { IsCompressed = isCompressed };
        return problem;
    }

    private static Problem? Take(out BodyHeaders read, BodyKind kind, bool isForm, string? contentType, string? key)
    {
        read = new BodyHeaders(kind, isForm ? null : contentType, key) { IsForm = isForm };
        return null;
    }

    /// <summary>The most frequent content types: UTF-8 and not CloudEvents, so they are kept without parsing.</summary>
    private static bool IsPlain(StringValues contentType) =>
        contentType.Count == 1 && contentType[0] is "text/plain" or "application/json" or "text/plain; charset=utf-8" or "application/json; charset=utf-8";

    /// <summary>Reads the encoding. <c>x-gzip</c> means the same as <c>gzip</c> (RFC 9110, section 8.4.1.3).</summary>
    private static Problem? TryReadEncoding(StringValues header, out bool isCompressed)
    {
        isCompressed = false;
        if (StringValues.IsNullOrEmpty(header))
        {
            return null;
        }

        string encoding = header.ToString();
        isCompressed = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);
        return isCompressed || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? null
            : new Problem(ProblemTypes.UnsupportedEncoding, "The hub reads bodies that are compressed once with `gzip`, or not at all.", "Content-Encoding");
    }

    private static Problem? CheckCharset(MediaTypeHeaderValue media)
    {
        StringSegment charset = HeaderUtilities.RemoveQuotes(media.Charset);
        return !charset.HasValue || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)
            ? null
            : new Problem(ProblemTypes.UnsupportedCharset, $"The charset is `{charset}`; events are UTF-8, so convert the text before sending it.", "Content-Type");
    }

    private static Problem? TryReadIdempotencyKey(StringValues header, out string? key)
    {
        key = null;
        if (header.Count == 0)
        {
            return null;
        }

        if (header.Count > 1)
        {
            return new Problem(ProblemTypes.RepeatedParameter, "`Idempotency-Key` must be given only once.", "Idempotency-Key");
        }

        key = header.ToString();
        return key.Length is > 0 and <= MaxIdempotencyKeyLength
            ? null
            : new Problem(
                ProblemTypes.InvalidParameter, $"`Idempotency-Key` has {key.Length} characters; it must have 1 to {MaxIdempotencyKeyLength}.", "Idempotency-Key");
    }

    /// <summary>Determines the format (CloudEvents HTTP binding 1.0.2, section 3): by content type for structured and batch mode, then by headers for binary mode.</summary>
    private static Problem? TryChooseKind(IHeaderDictionary headers, MediaTypeHeaderValue? media, out BodyKind kind)
    {
        kind = BodyKind.Raw;
        string type = media?.MediaType.ToString().ToLowerInvariant() ?? "";
        bool isBinary = false;
        foreach (string name in BinaryModeHeaders)
        {
            isBinary = isBinary || headers.ContainsKey(name);
        }

        if (type.StartsWith(CloudEventsPrefix, StringComparison.Ordinal))
        {
            kind = type == "application/cloudevents-batch+json" ? BodyKind.Batch : BodyKind.Structured;
            return type is "application/cloudevents+json" or "application/cloudevents-batch+json"
                ? null
                : new Problem(
                    ProblemTypes.UnsupportedMediaType,
                    "The hub reads CloudEvents as `application/cloudevents+json`, `application/cloudevents-batch+json`, `application/x-ndjson`, or with `ce-*` headers.",
                    "Content-Type");
        }

        kind = isBinary ? BodyKind.Binary
            : type is "application/x-ndjson" or "application/ndjson" ? BodyKind.Ndjson
            : BodyKind.Raw;
        return null;
    }
}
