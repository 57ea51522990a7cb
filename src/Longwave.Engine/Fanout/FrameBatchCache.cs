using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;

namespace Longwave.Engine.Fanout;

/// <summary>Batches for the subscribers of a round. Nearly all of them get the same batch, which is built once per format on first need.</summary>
internal sealed class FrameBatchCache
{
    private readonly FrameBatchBuilder?[] _builders = new FrameBatchBuilder[EventFrames.FormatCount];
    private readonly (Round? Round, long Version, int Start)[] _made = new (Round?, long, int)[EventFrames.FormatCount];

    /// <summary>The events of a round from an index on; valid until the next call.</summary>
    public FrameBatch Get(Round round, int start, EventFormat format)
    {
        FrameBatchBuilder builder = _builders[(int)format] ??= new FrameBatchBuilder();
        ref (Round? Round, long Version, int Start) made = ref _made[(int)format];
        if (made.Version != round.Version || made.Start != start || !ReferenceEquals(made.Round, round))
        {
            builder.Build(round.From(start), format);
            made = (round, round.Version, start);
        }

        return builder.Batch;
    }
}
