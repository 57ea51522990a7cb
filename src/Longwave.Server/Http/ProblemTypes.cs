namespace Longwave.Server.Http;

/// <summary>Every kind of rejection. The reference of problems is generated from this list.</summary>
public static class ProblemTypes
{
    /// <summary>A query parameter that the endpoint does not have.</summary>
    public static readonly ProblemType UnknownParameter = new(
        "unknown-parameter", 400, "Unknown query parameter", "Correct or remove the parameter named in `field`; the hub ignores no parameter.");

    /// <summary>A parameter given twice that may be given once.</summary>
    public static readonly ProblemType RepeatedParameter = new(
        "repeated-parameter", 400, "Parameter given more than once", "Give the parameter or header named in `field` once.");

    /// <summary>A parameter that must be there is not.</summary>
    public static readonly ProblemType MissingParameter = new(
        "missing-parameter", 400, "Missing query parameter", "Add the parameter named in `field`.");

    /// <summary>A parameter or header with an invalid value.</summary>
    public static readonly ProblemType InvalidParameter = new(
        "invalid-parameter", 400, "Invalid value", "Correct the parameter or header named in `field`; `detail` says which values are valid.");

    /// <summary>A selector that is not valid.</summary>
    public static readonly ProblemType InvalidSelector = new(
        "invalid-selector", 400, "Invalid topic selector", "Use an exact topic, `*`, a glob such as `prices/*`, or an RFC 6570 URI template.");

    /// <summary>More selectors or types than one subscription may have.</summary>
    public static readonly ProblemType TooManySelectors = new(
        "too-many-selectors", 400, "Too many selectors", "Request fewer, use a glob or a URI template, or open several streams (limits in the configuration).");

    /// <summary>Patterns that cost more than those of one subscription may.</summary>
    public static readonly ProblemType PatternsTooCostly = new(
        "patterns-too-costly", 400, "Patterns too costly", "Request fewer or simpler patterns: fewer variables, shorter prefixes (`{var:3}`), smaller counts; or raise `Engine:Limits:MaxSubscriptionCost`. `detail` states the cost and the limit.");

    /// <summary>An event that breaks a rule of one of its fields.</summary>
    public static readonly ProblemType InvalidEvent = new(
        "invalid-event", 400, "Invalid event", "Correct the field named in `field`; in a batch, `index` is the number of the event. Nothing was appended.");

    /// <summary>Text that is not UTF-8.</summary>
    public static readonly ProblemType InvalidUtf8 = new(
        "invalid-utf8", 400, "Not valid UTF-8", "Send UTF-8; encode binary data as text, e.g. base64. Nothing was appended.");

    /// <summary>A body that can't be parsed.</summary>
    public static readonly ProblemType MalformedBody = new(
        "malformed-body", 400, "Malformed body", "Send a body in the format of its content type; `detail` says where the error is. Nothing was appended.");

    /// <summary>A telemetry sample that is not valid.</summary>
    public static readonly ProblemType InvalidSample = new(
        "invalid-sample", 400, "Invalid telemetry sample", "Correct the member named in `field` of sample `index`. Nothing in the request was counted.");

    /// <summary>A request that HTTP itself does not allow.</summary>
    public static readonly ProblemType BadRequest = new(
        "bad-request", 400, "Bad request", "Correct the request; `detail` says what is wrong.");

    /// <summary>A caller that is not authenticated.</summary>
    public static readonly ProblemType Unauthorized = new(
        "unauthorized", 401, "Not authenticated", "Send a token with `Authorization: Bearer`, or use a ticket or a cookie; `detail` says which right it must grant.");

    /// <summary>A token that is not valid.</summary>
    public static readonly ProblemType InvalidToken = new(
        "invalid-token", 401, "Token rejected", "Get a new token and send the request again; `detail` says what is wrong with this one. The hub never treats a rejected token as anonymous access.");

    /// <summary>A request for which the caller has no right.</summary>
    public static readonly ProblemType Forbidden = new(
        "forbidden", 403, "Not allowed", "Get a token with the grant that `detail` names.");

    /// <summary>A page of an origin that is not allowed.</summary>
    public static readonly ProblemType ForeignOrigin = new(
        "foreign-origin", 403, "Foreign origin", "Add the page's origin to `Server:AllowedOrigins`; behind a proxy, let the proxy forward `Host` and add it to `Server:TrustedProxies`.");

    /// <summary>An unknown path.</summary>
    public static readonly ProblemType NotFound = new(
        "not-found", 404, "Not found", "Check the path: events are at `/v1/events`, topics at `/v1/topics`.");

    /// <summary>A method that the endpoint does not support.</summary>
    public static readonly ProblemType MethodNotAllowed = new(
        "method-not-allowed", 405, "Method not allowed", "Use one of the methods in the `Allow` header.");

    /// <summary>None of the accepted media types is supported.</summary>
    public static readonly ProblemType NotAcceptable = new(
        "not-acceptable", 406, "Not acceptable", "Accept one of the media types named in `detail`, or send no `Accept` header.");

    /// <summary>The body was not received in time.</summary>
    public static readonly ProblemType RequestTimeout = new(
        "request-timeout", 408, "Request timed out", "Send the body without long pauses. Nothing was appended.");

    /// <summary>A renewal that an open stream cannot have.</summary>
    public static readonly ProblemType NeedsNewStream = new(
        "needs-new-stream", 409, "New stream required", "Close the stream and open a new one with the token, from the last position; the clients of Longwave do so when the stream ends.");

    /// <summary>A publish to a topic that is complete.</summary>
    public static readonly ProblemType TopicComplete = new(
        "topic-complete", 409, "Topic complete", "Publish to a new topic: the topic named in `detail` was completed and accepts no further event. Nothing was appended.");

    /// <summary>An event above the size limit.</summary>
    public static readonly ProblemType EventTooLarge = new(
        "event-too-large", 413, "Event too large", "Send less in one event, or raise `Engine:Limits:MaxEventBytes`. Nothing was appended.");

    /// <summary>A request body above the size limit.</summary>
    public static readonly ProblemType RequestTooLarge = new(
        "request-too-large", 413, "Request too large", "Send several smaller requests, or raise the limit that `detail` names (`Engine:Limits:MaxRequestBytes`; `Server:MaxTelemetryBytes` for telemetry; `HotTailEvents` and `HotTailBytes` for topics of durability `Memory`). Nothing was accepted.");

    /// <summary>A request with too many events.</summary>
    public static readonly ProblemType TooManyEvents = new(
        "too-many-events", 413, "Too many events", "Send several smaller requests, or raise `Engine:Limits:MaxRequestEvents`. Nothing was appended.");

    /// <summary>A telemetry request with too many samples.</summary>
    public static readonly ProblemType TooManySamples = new(
        "too-many-samples", 413, "Too many telemetry samples", "Send several smaller requests, or raise `Server:MaxTelemetrySamples`. Nothing was counted.");

    /// <summary>A CloudEvents format that the hub does not support.</summary>
    public static readonly ProblemType UnsupportedMediaType = new(
        "unsupported-media-type", 415, "Unsupported media type", "Use one of the content types named in `detail`. Nothing was appended.");

    /// <summary>A charset other than UTF-8.</summary>
    public static readonly ProblemType UnsupportedCharset = new(
        "unsupported-charset", 415, "Unsupported charset", "Send UTF-8. Nothing was appended.");

    /// <summary>A compressed body.</summary>
    public static readonly ProblemType UnsupportedEncoding = new(
        "unsupported-encoding", 415, "Unsupported content encoding", "Compress the body with `gzip`, or send it without `Content-Encoding`. Nothing was appended.");

    /// <summary>A host name that the hub does not have.</summary>
    public static readonly ProblemType ForeignHost = new(
        "foreign-host", 421, "Foreign host", "Use a host name of the hub, or add this one to `Server:AllowedHosts`.");

    /// <summary>One client has reached its limit of open streams.</summary>
    public static readonly ProblemType TooManyStreams = new(
        "too-many-streams", 429, "Too many streams of one client", "Close some streams or share one; if the client is a proxy for many clients, add it to `Server:TrustedProxies`, or raise `MaxStreams` in `Server:Admission`.");

    /// <summary>One client exceeds a rate limit.</summary>
    public static readonly ProblemType RateLimited = new(
        "rate-limited", 429, "Rate limit exceeded", "Continue after `Retry-After` seconds, or raise the rates in `Server:Admission`. Nothing was appended.");

    /// <summary>The patterns of one client have reached their limit of cost.</summary>
    public static readonly ProblemType ClientTooCostly = new(
        "client-too-costly", 429, "Patterns of one client too costly", "Close streams with patterns, request simpler patterns, or raise `Engine:Limits:MaxClientCost`. `detail` states the cost and the limit.");

    /// <summary>One client leaves too many bytes of its answers unread.</summary>
    public static readonly ProblemType AnswersUnread = new(
        "answers-unread", 429, "Answers not received", "Receive the answers under way first, then continue after `Retry-After` seconds; poll for less at a time (`limit`); or raise `MaxAnswerShare` in `Server:Admission`.");

    /// <summary>A bug in the hub.</summary>
    public static readonly ProblemType InternalError = new(
        "internal-error", 500, "Internal error", "This is a bug in the hub: report it with the hub's log of that time.");

    /// <summary>A queue of the hub is full.</summary>
    public static readonly ProblemType Overloaded = new(
        "overloaded", 503, "Overloaded", "Try again after `Retry-After` seconds. Nothing was appended.");

    /// <summary>The keys of an issuer have not been fetched yet.</summary>
    public static readonly ProblemType IdentityUnavailable = new(
        "identity-unavailable", 503, "Keys unavailable", "Try again after `Retry-After` seconds; see the hub's log for why it could not fetch the issuer's keys.");

    /// <summary>A write to the log failed.</summary>
    public static readonly ProblemType PublishingStopped = new(
        "publishing-stopped", 503, "Publishing is stopped", "Writing to the log failed, and the hub accepts no event that it may be unable to keep: see the hub's log, then restart it.");

    /// <summary>The hub is shutting down.</summary>
    public static readonly ProblemType ShuttingDown = new(
        "shutting-down", 503, "Shutting down", "Try again after `Retry-After` seconds; another hub, or this one after its restart, answers.");

    /// <summary>The hub has reached its limit of open streams.</summary>
    public static readonly ProblemType TooManyConnections = new(
        "too-many-connections", 503, "Too many open streams", "Try again after `Retry-After` seconds, or raise `Engine:Limits:MaxConnections`.");

    /// <summary>The hub has reached its memory limit.</summary>
    public static readonly ProblemType ShortOfMemory = new(
        "short-of-memory", 503, "Short of memory", "Try again after `Retry-After` seconds; give the hub more memory, or see `Server:Admission:MaxMemoryShare`. Nothing was appended.");

    /// <summary>The hub has reached its limit of subscribed patterns.</summary>
    public static readonly ProblemType TooManyPatterns = new(
        "too-many-patterns", 503, "Too many different patterns", "Subscribe to exact topics, or raise `MaxPatterns` and `MaxPatternCost` in `Engine:Limits`.");

    /// <summary>The disk is full.</summary>
    public static readonly ProblemType DiskFull = new(
        "disk-full", 507, "Disk full", "Free space on the disk of the log; publishing resumes by itself. Nothing was appended.");

    /// <summary>The log has reached its limit of topics.</summary>
    public static readonly ProblemType TooManyTopics = new(
        "too-many-topics", 507, "Too many topics", "Publish to topics that exist, or raise `Engine:Limits:MaxTopics`. Nothing was appended.");

    /// <summary>The hub has reached its limit of active revocations.</summary>
    public static readonly ProblemType TooManyRevocations = new(
        "too-many-revocations", 507, "Too many revocations", "Wait for old ones to expire, raise `Auth:MaxRevocations`, or replace the issuer's key. Nothing was revoked.");

    /// <summary>All problem types, ordered by status and then as listed here.</summary>
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        UnknownParameter, RepeatedParameter, MissingParameter, InvalidParameter, InvalidSelector, TooManySelectors, PatternsTooCostly, InvalidEvent,
        InvalidUtf8, MalformedBody, InvalidSample, BadRequest, Unauthorized, InvalidToken, Forbidden, ForeignOrigin, NotFound, MethodNotAllowed, NotAcceptable,
        RequestTimeout, NeedsNewStream, TopicComplete, EventTooLarge, RequestTooLarge, TooManyEvents, TooManySamples, UnsupportedMediaType, UnsupportedCharset, UnsupportedEncoding,
        ForeignHost, TooManyStreams, RateLimited, ClientTooCostly, AnswersUnread, InternalError, Overloaded, IdentityUnavailable, PublishingStopped, ShuttingDown, TooManyConnections,
        ShortOfMemory, TooManyPatterns, DiskFull, TooManyTopics, TooManyRevocations,
    ];
}
