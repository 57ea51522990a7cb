using System.Buffers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Fanout;

/// <summary>Heartbeats: nearly all subscribers of a tick get the same one, which is made once per format.</summary>
internal sealed class TipFrames
{
    private readonly (Position Tip, byte[]? Chunk)[] _last = new (Position, byte[]?)[EventFrames.FormatCount];
    private readonly ArrayBufferWriter<byte> _scratch = new(64);

    /// <summary>The chunk that says this tip.</summary>
    public byte[] Of(Position tip, EventFormat format)
    {
        ref (Position Tip, byte[]? Chunk) last = ref _last[(int)format];
        if (last.Chunk is null || last.Tip != tip)
        {
            _scratch.ResetWrittenCount();
            EventFrames.WriteTip(_scratch, format, tip);
            last = (tip, Chunk.Of(_scratch.WrittenSpan));
        }

        return last.Chunk!;
    }
}
