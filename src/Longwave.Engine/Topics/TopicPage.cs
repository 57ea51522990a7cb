namespace Longwave.Engine.Topics;

/// <summary>A page of the topics, sorted by name (ordinal).</summary>
/// <param name="Topics">At most as many as were asked for.</param>
/// <param name="Next">Name to ask for what follows (as <c>after</c>), or null when this is the end.</param>
/// <param name="Total">Topics known in all, whatever the filter.</param>
public sealed record TopicPage(IReadOnlyList<TopicInfo> Topics, string? Next, long Total);
