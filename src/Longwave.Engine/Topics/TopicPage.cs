namespace Longwave.Engine.Topics;

/// <summary>Page of topics, sorted by name (ordinal).</summary>
/// <param name="Topics">At most the requested number of topics. A page with <paramref name="Next"/> can have fewer or none, because the work per page
/// is limited.</param>
/// <param name="Next">The <c>after</c> of the next page; null at the end. It is a name, or a number if the caller may not see the name.</param>
/// <param name="Total">Number of all known topics, without the filter; null if the caller may not see all topics.</param>
/// <param name="IsCursorUnknown">Whether <c>after</c> was the number of a topic that no longer exists; list from the start.</param>
public sealed record TopicPage(IReadOnlyList<TopicInfo> Topics, string? Next, long? Total, bool IsCursorUnknown = false);
