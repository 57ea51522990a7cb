using System.Diagnostics;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;

namespace Longwave.Engine.Access;

/// <summary>Topics of an event that a reader may read: the name of another one would also reveal information. Reused for each event; for one thread.</summary>
internal sealed class VisibleTopics
{
    private readonly List<string> _alternates = [];

    /// <summary>The first visible topic.</summary>
    public string First { get; private set; } = "";

    /// <summary>The other visible topics, in the order of the event.</summary>
    public IReadOnlyList<string> Alternates => _alternates;

    /// <summary>Selects the visible topics; false if the frame of all subscribers is right for this reader.</summary>
    /// <param name="access">Read access of the reader, which may read the event; null if it may read every topic.</param>
    /// <param name="format">Format of the frame.</param>
    /// <param name="found">The event.</param>
    public bool TryReduce(ReadAccess? access, EventFormat format, LoggedEvent found) =>
        found.Alternates.Length > 0 && access is not null && EventFrames.HasTopics(format)
        && TryReduce(access, found.Topic, found.Alternates, found.Event.Type, found.Event.IsPrivate);

    /// <inheritdoc cref="TryReduce(ReadAccess?, EventFormat, LoggedEvent)"/>
    public bool TryReduce(ReadAccess? access, EventFormat format, in StoredEvent found) =>
        access is not null && EventFrames.HasTopics(format) && found.Alternates is { IsEmpty: false } alternates
        && TryReduce(access, found.Topic, alternates, found.Type, found.IsPrivate);

    private bool TryReduce(ReadAccess access, Topic topic, ReadOnlySpan<Topic> alternates, string? type, bool isPrivate)
    {
        _alternates.Clear();
        bool isFirst = access.MayRead(topic, type, isPrivate);
        foreach (Topic alternate in alternates)
        {
            if (access.MayRead(alternate, type, isPrivate))
            {
                _alternates.Add(alternate.Name);
            }
        }

        if (isFirst && _alternates.Count == alternates.Length)
        {
            return false;
        }

        Debug.Assert(isFirst || _alternates.Count > 0, "The reader may read the event by one of its topics.");
        First = isFirst ? topic.Name : _alternates[0];
        if (!isFirst)
        {
            _alternates.RemoveAt(0);
        }

        return true;
    }
}
