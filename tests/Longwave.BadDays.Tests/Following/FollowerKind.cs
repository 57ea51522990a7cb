namespace Longwave.BadDays.Tests.Following;

/// <summary>The ways to get events.</summary>
internal enum FollowerKind
{
    /// <summary><c>text/event-stream</c>.</summary>
    EventStream,

    /// <summary><c>application/x-ndjson</c>.</summary>
    Lines,

    /// <summary>Long polls, one after the other.</summary>
    Poll,
}
