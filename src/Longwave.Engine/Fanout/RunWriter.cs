using Longwave.Engine.Log;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;

namespace Longwave.Engine.Fanout;

/// <summary>The runs of a shard's flush: one that many subscribers get is made once per format, on first need.</summary>
internal sealed class RunWriter
{
    private readonly RunBuilder?[] _shared = new RunBuilder[EventFrames.FormatCount];
    private readonly bool[] _made = new bool[EventFrames.FormatCount];
    private readonly RunBuilder _own = new();

    /// <summary>What <see cref="SharedRun"/> made is about other events from here on.</summary>
    public void Begin() => Array.Clear(_made);

    /// <summary>The run for everybody who gets just these events; they are the same from <see cref="Begin"/> to the next one.</summary>
    public FrameRun SharedRun(ReadOnlySpan<TailEvent> events, EventFormat format)
    {
        RunBuilder shared = _shared[(int)format] ??= new RunBuilder();
        if (!_made[(int)format])
        {
            shared.Build(events, format);
            _made[(int)format] = true;
        }

        return shared.Run;
    }

    /// <summary>A run for one subscriber; valid until the next call.</summary>
    public FrameRun OwnRun(ReadOnlySpan<TailEvent> events, EventFormat format)
    {
        _own.Build(events, format);
        return _own.Run;
    }
}
