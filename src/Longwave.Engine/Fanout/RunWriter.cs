using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;

namespace Longwave.Engine.Fanout;

/// <summary>Runs for the subscribers of a sweep. Nearly all of them get the same run, which is built once per format on first need.</summary>
internal sealed class RunWriter
{
    private readonly RunBuilder?[] _runs = new RunBuilder[EventFrames.FormatCount];
    private readonly (Sweep? Sweep, long Version, int Start)[] _made = new (Sweep?, long, int)[EventFrames.FormatCount];

    /// <summary>The events of a sweep from an index on; valid until the next call.</summary>
    public FrameRun Run(Sweep sweep, int start, EventFormat format)
    {
        RunBuilder run = _runs[(int)format] ??= new RunBuilder();
        ref (Sweep? Sweep, long Version, int Start) made = ref _made[(int)format];
        if (made.Version != sweep.Version || made.Start != start || !ReferenceEquals(made.Sweep, sweep))
        {
            run.Build(sweep.From(start), format);
            made = (sweep, sweep.Version, start);
        }

        return run.Run;
    }
}
