using System.Buffers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Fanout;

/// <summary>Heartbeats encoded as chunks. Nearly all subscribers of a tick get the newest position, whose chunk is encoded once per format.</summary>
internal sealed class HeartbeatFrames
{
    private readonly (Position Position, byte[]? Chunk)[] _newest = new (Position, byte[]?)[EventFrames.FormatCount];
    private readonly byte[]?[] _empty = new byte[EventFrames.FormatCount][];
    private readonly ArrayBufferWriter<byte> _scratch = new(64);

    /// <summary>The heartbeat with a position, or without one if null.</summary>
    public byte[] Of(Position? position, EventFormat format)
    {
        if (position is not { } named)
        {
            return _empty[(int)format] ??= Make(null, format);
        }

        ref (Position Position, byte[]? Chunk) newest = ref _newest[(int)format];
        if (newest.Chunk is not null && newest.Position == named)
        {
            return newest.Chunk;
        }

        byte[] chunk = Make(named, format);
        if (newest.Chunk is null || newest.Position.Offset < named.Offset)
        {
            // The position of a lagging subscriber is older: keep the chunk that the other subscribers share.
            newest = (named, chunk);
        }

        return chunk;
    }

    private byte[] Make(Position? position, EventFormat format)
    {
        _scratch.ResetWrittenCount();
        EventFrames.WriteHeartbeat(_scratch, format, position);
        return Chunk.Of(_scratch.WrittenSpan);
    }
}
