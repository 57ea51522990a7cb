using System.Runtime.InteropServices;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;

namespace Longwave.Engine.Log;

/// <summary>
/// Removes events from topics within one transaction: from storage at once, from the figures of the topics after the commit. Writer thread only.
/// </summary>
internal sealed class EventRemoval
{
    private readonly EventLog _log;
    private readonly Statement _deleteEvent;
    private readonly Statement _deleteEntry;
    private readonly Statement _next;
    private readonly Statement _figures;
    private readonly Dictionary<Topic, Loss> _losses = [];
    private readonly Dictionary<Topic, long> _firsts = [];

    public EventRemoval(EventLog log)
    {
        _log = log;
        _deleteEvent = log.Database.Prepare("DELETE FROM events WHERE offset = ?1");
        _deleteEntry = log.Database.Prepare("DELETE FROM topic_events WHERE topic = ?1 AND offset = ?2");
        _next = log.Database.Prepare("SELECT offset FROM topic_events WHERE topic = ?1 ORDER BY offset LIMIT 1");
        _figures = log.Database.Prepare("UPDATE topics SET first = ?2, count = ?3, bytes = ?4, trimmed_through = ?5 WHERE id = ?1");
    }

    /// <summary>Number of entries removed since the last <see cref="Apply"/> or <see cref="Discard"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a topic still counts an event, also after this transaction. Only for topics whose events are examined in order.</summary>
    public bool Counts(Topic topic, long offset) => topic.Counts(offset) && offset > LossOf(topic).Through;

    /// <summary>Whether a topic exceeds its maximum count or size, also without the removed events and <paramref name="count"/> more.</summary>
    public bool IsOversized(Topic topic, long count = 0, long bytes = 0) => topic.IsOversized(LossOf(topic).Count + count, LossOf(topic).Bytes + bytes);

    /// <summary>
    /// Removes an event from a topic. The policy of an event's first topic removes the event; the policy of an alternate removes it only from that
    /// alternate. Inside the transaction.
    /// </summary>
    public void Remove(Topic topic, in RetiredEvent gone)
    {
        RemoveEntry(topic, in gone);

        // The policy of a topic removes its oldest events, so the topic keeps only later ones. An alternate can lose an event between others.
        SetFirst(topic, gone.Offset + 1);
        foreach (Topic alternate in gone.Alternates)
        {
            if (alternate.Counts(gone.Offset))
            {
                RemoveEntry(alternate, in gone);
            }
        }

        if (gone is { IsStored: true, IsOfFirstTopic: true })
        {
            _deleteEvent.Bind(1, gone.Offset).Run();
        }
    }

    /// <summary>Records an offset before which a topic keeps no event.</summary>
    public void SetFirst(Topic topic, long offset)
    {
        if (topic.First != offset)
        {
            ref Loss loss = ref CollectionsMarshal.GetValueRefOrAddDefault(_losses, topic, out _);
            loss = loss with { KeptFrom = offset };
        }
    }

    /// <summary>Writes the figures of the topics that lost stored events. Inside the transaction.</summary>
    public void WriteFigures()
    {
        foreach ((Topic loser, Loss loss) in _losses)
        {
            _firsts[loser] = First(loser, loss);
            if (loss.StoredCount > 0)
            {
                _figures.Bind(1, loser.Id).Bind(2, _firsts[loser]).Bind(3, loser.IndexedCount - loss.StoredCount)
                    .Bind(4, loser.IndexedBytes - loss.StoredBytes).Bind(5, loser.TrimmedThrough).Run();
            }
        }
    }

    /// <summary>Subtracts the removed events from the topics, after the transaction has committed.</summary>
    public void Apply()
    {
        foreach ((Topic loser, Loss loss) in _losses)
        {
            loser.IndexedCount -= loss.StoredCount;
            loser.IndexedBytes -= loss.StoredBytes;
            loser.Removed(loss.Count, loss.Bytes, _firsts[loser]);
            _log.Counters.Add(HubCounter.RemovedEvents, loss.Count);
            _log.Counters.Add(HubCounter.RemovedBytes, loss.Bytes);
            if (loser.Count == 0)
            {
                _log.Retention.Add(loser);
            }
        }

        Discard();
    }

    /// <summary>Forgets the removed events, after the transaction was rolled back.</summary>
    public void Discard()
    {
        _losses.Clear();
        _firsts.Clear();
        Count = 0;
    }

    private void RemoveEntry(Topic topic, in RetiredEvent gone)
    {
        // Announced before the removal, so that a reader that no longer finds the event learns the reason.
        topic.Trimming(gone.Offset);
        _log.Topics.NoteTrimmed(gone.Offset);
        if (gone.IsStored)
        {
            // Two topics of the event can be due in one transaction; the second finds no entry and counts nothing.
            _deleteEntry.Bind(1, topic.Id).Bind(2, gone.Offset).Run();
            if (_log.Database.Changes == 0)
            {
                return;
            }
        }

        int stored = gone.IsStored ? 1 : 0;
        ref Loss loss = ref CollectionsMarshal.GetValueRefOrAddDefault(_losses, topic, out _);
        loss = new Loss(
            Math.Max(loss.Through, gone.Offset),
            loss.Count + 1,
            loss.Bytes + gone.Bytes,
            loss.StoredCount + stored,
            loss.StoredBytes + (stored * gone.Bytes),
            loss.KeptFrom);
        Count++;
    }

    private Loss LossOf(Topic topic) => _losses.GetValueOrDefault(topic);

    /// <summary>
    /// Offset of the oldest remaining event, or an offset between the last removed event and it: the index does not have events that are not stored,
    /// and the newest ones.
    /// </summary>
    private long First(Topic topic, Loss loss)
    {
        if (topic.Count == loss.Count)
        {
            return 0;
        }

        if (topic.InMemory)
        {
            return Math.Max(loss.KeptFrom, topic.First);
        }

        using Statement.Rows rows = _next.Bind(1, topic.Id).Query();
        return rows.Next() ? _next.Int64(0) : Math.Max(loss.KeptFrom, loss.Through + 1);
    }

    private readonly record struct Loss(long Through, long Count, long Bytes, long StoredCount, long StoredBytes, long KeptFrom);
}
