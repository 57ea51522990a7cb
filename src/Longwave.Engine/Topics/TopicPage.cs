namespace Longwave.Engine.Topics;

/// <summary>A page of the topics, sorted by name (ordinal).</summary>
/// <param name="Topics">At most as many as were asked for. A page with <paramref name="Next"/> can have fewer, or none: a page costs a bounded amount of work.</param>
/// <param name="Next">The <c>after</c> of what follows, or null when this is the end: a name, or a number where the caller may not see the name.</param>
/// <param name="Total">Topics known in all, whatever the filter; null when the caller may not see all topics.</param>
/// <param name="IsCursorUnknown">The <c>after</c> was the number of a topic that is not known any more: list from the start.</param>
public sealed record TopicPage(IReadOnlyList<TopicInfo> Topics, string? Next, long? Total, bool IsCursorUnknown = false);
