using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Subscribe;

/// <summary>A response of the web server, any protocol: bytes are copied into its pipe and flushed without anybody waiting.</summary>
/// <remarks>
/// A flush that completes at once is the rule: the pipe holds up to <c>MaxResponseBufferSize</c> (64 KB) that the socket has not taken.
/// Past that the flush stays pending, which is how a client that does not keep up shows; no second flush is begun before it is over.
/// Nothing is allocated per write or flush here.
/// <para>
/// Memory order. <c>_flush</c> is stored before the continuation is registered, which publishes it to the thread that runs it. The state is
/// Pending from before the registration until the continuation exchanges it; <see cref="SettledAsync"/> exchanges it too, so either it finds the
/// flush over, or the continuation finds it waiting. It is called after the subscriber has completed: no other flush begins.
/// </para>
/// </remarks>
internal sealed class PipeWriterSink : ISink
{
    private const int Idle = 0;
    private const int Pending = 1;
    private const int PendingAndAwaited = 2;

    private readonly PipeWriter _writer;
    private readonly Action _onFlushed;
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Subscriber _subscriber = null!;
    private ValueTaskAwaiter<FlushResult> _flush;
    private int _state;

    public PipeWriterSink(PipeWriter writer)
    {
        _writer = writer;
        _onFlushed = OnFlushed;
    }

    public void Attach(Subscriber subscriber) => _subscriber = subscriber;

    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is consumed once: here, or by OnFlushed, which then owns it.")]
    public bool TrySend(FrameRun run, out int taken)
    {
        taken = run.Count;
        try
        {
            for (int i = 0; i < run.Count; i++)
            {
                System.Buffers.BuffersExtensions.Write(_writer, run[i]);
            }

            ValueTaskAwaiter<FlushResult> flush = _writer.FlushAsync().GetAwaiter();
            if (flush.IsCompleted)
            {
                return Took(flush.GetResult());
            }

            _flush = flush;
            Volatile.Write(ref _state, Pending);
        }
        catch (Exception)
        {
            // The connection broke (IOException and its kin, by the web server's choice), or a middleware of the embedding application tore
            // the response down under us. It must not stop the shard.
            _subscriber.Close(CloseReason.ClientGone);
            return true;
        }

        // Last, because it may run before this returns.
        _flush.UnsafeOnCompleted(_onFlushed);
        return false;
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    public void Complete(CloseReason reason)
    {
        // The endpoint, which waits for the subscriber's completion, ends the response.
    }

    /// <summary>Completes when no flush is under way: before that the response must not be given back to the web server.</summary>
    public Task SettledAsync() =>
        Interlocked.CompareExchange(ref _state, PendingAndAwaited, Pending) == Pending ? _settled.Task : Task.CompletedTask;

    private bool Took(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            _subscriber.Close(CloseReason.ClientGone);
        }

        return true;
    }

    private void OnFlushed()
    {
        try
        {
            Took(_flush.GetResult());
        }
        catch (Exception)
        {
            _subscriber.Close(CloseReason.ClientGone);
        }

        if (Interlocked.Exchange(ref _state, Idle) == PendingAndAwaited)
        {
            _settled.TrySetResult();
        }

        _subscriber.OnWritable();
    }
}
