namespace Longwave.BadDays.Tests.Following;

/// <summary>Transports of a follower.</summary>
internal enum FollowerKind
{
    /// <summary>Server-sent events, <c>text/event-stream</c>.</summary>
    EventStream,

    /// <summary>NDJSON, <c>application/x-ndjson</c>.</summary>
    Lines,

    /// <summary>Consecutive long polls.</summary>
    Poll,
}
