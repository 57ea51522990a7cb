using System.Text;
using System.Threading.Channels;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Tests.Startup;

/// <summary>The sink of docs/how-to/embed.md: holds at most one batch, until its consumer calls <see cref="Subscriber.OnWritable"/>.</summary>
internal sealed class BatchSink : ISink
{
    public const int MaxFrames = 100;

    private readonly Channel<string[]> _batches = Channel.CreateBounded<string[]>(1);

    public IAsyncEnumerable<string[]> Batches => _batches.Reader.ReadAllAsync();

    public void Attach(Subscriber subscriber)
    {
    }

    public bool TrySend(FrameBatch batch, out int taken)
    {
        taken = Math.Min(batch.Count, MaxFrames);
        var frames = new string[taken];
        for (int i = 0; i < taken; i++)
        {
            frames[i] = Encoding.UTF8.GetString(batch[i]);
        }

        Assert.True(_batches.Writer.TryWrite(frames), "The engine wrote to a blocked sink.");
        return false;
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    public void Complete(CloseReason reason) => _batches.Writer.TryComplete();
}
