using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>Event that a topic loses because it exceeds the policy.</summary>
/// <param name="Offset">Offset of the event.</param>
/// <param name="Bytes">Size of its data.</param>
/// <param name="IsOfFirstTopic">Whether the topic is the first of the event, so that the event is removed from all topics.</param>
/// <param name="Alternates">The other topics that lose the event; none unless the topic is its first.</param>
/// <param name="IsStored">Whether the event is in storage; otherwise only the hot tail has it.</param>
internal readonly record struct RetiredEvent(long Offset, long Bytes, bool IsOfFirstTopic, Topic[] Alternates, bool IsStored);
