using Longwave.Engine.Topics;

namespace Longwave.Engine.Access;

/// <summary>Event types that a reader may read in one topic. Null is no type, empty is every type.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Private">Types of readable private events.</param>
/// <param name="Public">Types of readable events that are not private.</param>
internal sealed record TopicDecision(Topic Topic, string[]? Private, string[]? Public);
