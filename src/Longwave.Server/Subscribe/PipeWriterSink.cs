using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Server.Subscribe;

/// <summary>Sink for a response of the web server, of any protocol: copies bytes into its pipe and flushes without blocking the shard.</summary>
/// <remarks>
/// A flush usually completes at once: the pipe buffers up to <c>MaxResponseBufferSize</c> (64 KB) that the socket has not accepted.
/// Beyond that the flush stays pending, which marks the client as slow; no second flush starts before it completes.
/// No write and no flush allocates.
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
    public bool TrySend(FrameBatch batch, out int taken)
    {
        taken = batch.Count;
        try
        {
            for (int i = 0; i < batch.Count; i++)
            {
                System.Buffers.BuffersExtensions.Write(_writer, batch[i]);
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
            // The connection broke (an IOException or another exception of the web server), or a middleware of the embedding application
            // aborted the response. Catch everything: one broken response must not stop the shard.
            _subscriber.Close(CloseReason.ClientGone);
            return true;
        }

        // Register the continuation last, because it may run before this method returns.
        _flush.UnsafeOnCompleted(_onFlushed);
        return false;
    }

    public void OnPosition(Position position, bool isLive)
    {
    }

    public void Complete(CloseReason reason)
    {
        // The endpoint waits for the subscriber's completion and then ends the response.
    }

    /// <summary>Completes when no flush is pending; the response must not return to the web server before.</summary>
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
