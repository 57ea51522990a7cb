using Longwave.Engine.Topics;

namespace Longwave.Engine.Access;

/// <summary>What a reader may read of one topic. Null is no type, empty is every type.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Private">Types of which it may read events that are private.</param>
/// <param name="Public">Types of which it may read events that are not.</param>
internal sealed record TopicDecision(Topic Topic, string[]? Private, string[]? Public);
