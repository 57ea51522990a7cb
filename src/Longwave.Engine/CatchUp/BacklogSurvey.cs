using System.Diagnostics;

namespace Longwave.Engine.CatchUp;

/// <summary>
/// Notes, while a range of the log is read, which of its events a subscriber that missed them is to get: of each topic and key the newest,
/// nothing of what is skipped. Reused from range to range, so that it costs nothing per subscriber; for one thread.
/// </summary>
/// <param name="most">Events that one survey looks at, and so the most keys that it holds.</param>
internal sealed class BacklogSurvey(int most)
{
    private readonly Dictionary<(int Topic, string? Key), int> _newest = [];
    private readonly List<LogPlace> _places = [];
    private long _toldThrough;

    /// <summary>Events that the survey may still look at.</summary>
    public int Room { get; private set; }

    /// <summary>The number of places, those of superseded events included.</summary>
    public int Count => _places.Count;

    /// <summary>The place of a noted event, in the order of the log; null when a newer event has superseded it.</summary>
    public LogPlace? this[int index] => _places[index] is { Offset: >= 0 } place ? place : null;

    /// <summary>Events after this offset were skipped; -1 for none.</summary>
    public long SkippedAfter { get; private set; }

    /// <summary>The newest event that was skipped.</summary>
    public long SkippedThrough { get; private set; }

    /// <summary>An event was found whose topic's policy is to disconnect.</summary>
    public bool Disconnects { get; private set; }

    /// <summary>Begins a survey.</summary>
    /// <param name="skippedThrough">Skips up to this offset were noted before: a range is surveyed again when not all of it could be sent.</param>
    public void Begin(long skippedThrough)
    {
        _newest.Clear();
        _places.Clear();
        (Room, _toldThrough, SkippedAfter, SkippedThrough, Disconnects) = (most, skippedThrough, -1, skippedThrough, false);
    }

    /// <summary>Takes the next event of the range that the subscriber asked for.</summary>
    public void Note(Verdict verdict, LogPlace place, int topic, string? key)
    {
        Debug.Assert(verdict is not (Verdict.NotWanted or Verdict.Removed), "Only what the subscriber asked for is noted.");
        Room--;
        switch (verdict)
        {
            case Verdict.Skipped:
                Skip(place.Offset);
                return;
            case Verdict.SentIfNewest:
                if (_newest.TryGetValue((topic, key), out int older))
                {
                    _places[older] = new LogPlace(-1, -1);
                }

                _newest[(topic, key)] = _places.Count;
                break;
            case Verdict.Disconnects:
                Disconnects = true;
                break;
        }

        _places.Add(place);
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
