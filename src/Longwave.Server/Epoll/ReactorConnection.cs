using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Longwave.Server.Epoll;

/// <summary>A connection of the web server on a raw descriptor (<see cref="EpollStream"/>), which can hand over the descriptor to a sink.</summary>
/// <remarks>The web server sees two pipes. They rent a buffer only during a read or write, so an idle connection has none.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class ReactorConnection : ConnectionContext, IParkableConnection, IMemoryPoolFeature
{
    // The shared array pool releases memory after a burst of connections; the web server's own pool keeps it.
    private static readonly StreamPipeReaderOptions InputOptions = new(leaveOpen: false, useZeroByteReads: true);
    private static readonly StreamPipeWriterOptions OutputOptions = new(leaveOpen: true);

    /// <summary>Usual number of features of a connection: our own, and those that the web server adds.</summary>
    private const int UsualFeatures = 7;

    private static long _lastId;

    private readonly EpollStream _stream;
    private readonly CancellationTokenSource _closed = new();
    private readonly Action<Exception> _failed;
    private string? _id;

    /// <summary>Creates the connection of an accepted descriptor.</summary>
    /// <param name="file">Its descriptor.</param>
    /// <param name="reactor">The reactor that watches it.</param>
    /// <param name="pool">Pool of the web server's buffers.</param>
    /// <param name="local">Local endpoint.</param>
    /// <param name="remote">Endpoint of the client.</param>
    /// <param name="begun">Called once, when the web server starts to serve it, or when it is closed.</param>
    /// <param name="failed">Logs exceptions of application code that is notified of the closed connection.</param>
    public ReactorConnection(int file, Reactor reactor, MemoryPool<byte> pool, EndPoint local, EndPoint remote, Action begun, Action<Exception> failed)
    {
        _failed = failed;
        (MemoryPool, LocalEndPoint, RemoteEndPoint) = (pool, local, remote);
        _stream = new EpollStream(file, reactor, begun, OnGone);
        Transport = new ConnectionPipes(PipeReader.Create(_stream, InputOptions), PipeWriter.Create(_stream, OutputOptions));
        ConnectionClosed = _closed.Token;
        Features.Set<IParkableConnection>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    public MemoryPool<byte> MemoryPool { get; }

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref _lastId).ToString("x", CultureInfo.InvariantCulture);
        set => _id = value;
    }

    public override IFeatureCollection Features { get; } = new FeatureCollection(UsualFeatures);

    public override IDictionary<object, object?> Items { get => field ??= new ConnectionItems(); set; }

    public override IDuplexPipe Transport { get; set; }

    /// <summary>Starts receiving events. Returns 0, or the error of epoll_ctl(2); the caller then closes the connection.</summary>
    public int Watch() => _stream.Watch();

    /// <summary>Closes the descriptor of a connection that the web server has not started to serve.</summary>
    public void GiveUp()
    {
        _stream.CloseFile();
        _closed.Dispose();
    }

    public void HoldOutput() => _stream.Hold();

    public void LeaveAtEnd() => _stream.LeaveAtEnd();

    public ParkOutcome Park(SocketSink sink) => _stream.Park(sink);

    public override void Abort(ConnectionAbortedException abortReason) => _stream.Abort();

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        _stream.CloseFile();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Signals the end of the connection. Runs on the thread pool, because the web server then runs code of the application.</summary>
    private void OnGone() => ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.FireClosed(), this, preferLocal: false);

    private void FireClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The web server has already finished with the connection.
        }
        catch (Exception failed)
        {
            // This runs on the thread pool, where an unhandled exception would end the process.
            _failed(failed);
        }
    }

    private sealed record ConnectionPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
