using System.IO.Pipelines;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Server.Http;

namespace Longwave.Server.Subscribe;

/// <summary>Sink for a response of the web server, of any protocol: writes frames through <see cref="PipeOutput"/>.</summary>
/// <param name="writer">Pipe of the response.</param>
/// <param name="room">Room of the client.</param>
internal sealed class PipeWriterSink(PipeWriter writer, AnswerRoom room) : ISink
{
    /// <summary>Bytes in one write, as for a parked stream: larger pieces would only be buffered.</summary>
    private const int PieceBytes = 64 * 1024;

    private readonly PipeOutput _output = new(writer, room, PieceBytes);
    private Subscriber _subscriber = null!;

    public void Attach(Subscriber subscriber)
    {
        _subscriber = subscriber;
        _output.Attach(subscriber);
    }

    public bool TrySend(FrameBatch batch, out int taken)
    {
        taken = 0;
        try
        {
            while (taken < batch.Count)
            {
                (int start, int end) = batch.PayloadAt(taken++);
                if (!_output.TryWrite(batch, start, end))
                {
                    return false;
                }
            }

            return _output.TryFlush();
        }
        catch (Exception)
        {
            // The connection broke (an IOException or another exception of the web server), or a middleware of the embedding application
            // aborted the response. Catch everything: one broken response must not stop the shard.
            taken = batch.Count;
            _subscriber.Close(CloseReason.ClientGone);
            return true;
        }
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    public void Complete(CloseReason reason)
    {
        // The endpoint waits for the subscriber's completion and then ends the response.
    }

    /// <inheritdoc cref="PipeOutput.IsCut"/>
    public bool IsCut => _output.IsCut;

    /// <summary>Drops what was not flushed. Before the response is aborted.</summary>
    public void Drop() => _output.Drop();

    /// <inheritdoc cref="PipeOutput.SettledAsync"/>
    public Task SettledAsync() => _output.SettledAsync();
}
