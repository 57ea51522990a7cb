using System.Diagnostics;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Survey of a range of missed events: records which of them a subscriber receives. With conflation that is the newest of each topic and key; skipped
/// events are left out. Reused for each range, so that it costs no memory per subscriber; for one thread.
/// </summary>
/// <param name="most">Maximum number of events that one survey examines, and so of keys that it holds.</param>
internal sealed class BacklogSurvey(int most)
{
    private readonly Dictionary<(int Topic, string? Key), int> _newest = [];
    private readonly List<ReadPosition> _positions = [];
    private long _toldThrough;

    /// <summary>Number of events that the survey may still examine.</summary>
    public int Room { get; private set; }

    /// <summary>Number of recorded positions, including those of superseded events.</summary>
    public int Count => _positions.Count;

    /// <summary>Position of a recorded event, in the order of the log; null if a newer event supersedes it.</summary>
    public ReadPosition? this[int index] => _positions[index] is { Offset: >= 0 } position ? position : null;

    /// <summary>Offset after which events were skipped; -1 for none.</summary>
    public long SkippedAfter { get; private set; }

    /// <summary>Offset of the newest skipped event.</summary>
    public long SkippedThrough { get; private set; }

    /// <summary>Whether the policy of an examined event's topic is to disconnect.</summary>
    public bool Disconnects { get; private set; }

    /// <summary>Begins a survey.</summary>
    /// <param name="skippedThrough">Offset up to which skips are already recorded: a range is surveyed again if not all of it could be sent.</param>
    public void Begin(long skippedThrough)
    {
        _newest.Clear();
        _positions.Clear();
        (Room, _toldThrough, SkippedAfter, SkippedThrough, Disconnects) = (most, skippedThrough, -1, skippedThrough, false);
    }

    /// <summary>Records the next event of the range that matches the subscription.</summary>
    public void Note(Verdict verdict, ReadPosition position, int topic, string? key)
    {
        Debug.Assert(verdict is not (Verdict.NotWanted or Verdict.Removed), "Only what the subscriber asked for is noted.");
        Room--;
        switch (verdict)
        {
            case Verdict.Skipped:
                Skip(position.Offset);
                return;
            case Verdict.SentIfNewest:
                if (_newest.TryGetValue((topic, key), out int older))
                {
                    _positions[older] = new ReadPosition(-1, -1);
                }

                _newest[(topic, key)] = _positions.Count;
                break;
            case Verdict.Disconnects:
                Disconnects = true;
                break;
        }

        _positions.Add(position);
    }

    private void Skip(long offset)
    {
        if (offset <= _toldThrough)
        {
            return;
        }

        SkippedAfter = SkippedAfter < 0 ? offset - 1 : SkippedAfter;
        SkippedThrough = offset;
    }
}
