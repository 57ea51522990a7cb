using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Tests.Subscribe;

/// <summary>A sink that accepts everything and keeps nothing.</summary>
internal sealed class NoSink : ISink
{
    public void Attach(Subscriber subscriber)
    {
    }

    public bool TrySend(FrameBatch batch, out int taken)
    {
        taken = batch.Count;
        return true;
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    public void Complete(CloseReason reason)
    {
    }
}
