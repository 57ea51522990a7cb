using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Longwave.Server.Epoll;

/// <summary>A connection of the web server on a bare descriptor (<see cref="ReactorStream"/>), which can be taken from it again.</summary>
/// <remarks>The web server sees two pipes. They have buffers of the thread that reads or writes, and none while the connection is idle.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class ReactorConnection : ConnectionContext, IParkableConnection, IMemoryPoolFeature
{
    // The shared pool, which gives back what a burst of connections needed; the web server's own keeps it.
    private static readonly StreamPipeReaderOptions InputOptions = new(leaveOpen: false, useZeroByteReads: true);
    private static readonly StreamPipeWriterOptions OutputOptions = new(leaveOpen: true);

    /// <summary>Features of a connection: ours, and those that the web server adds.</summary>
    private const int UsualFeatures = 7;

    private static long _lastId;

    private readonly ReactorStream _stream;
    private readonly CancellationTokenSource _closed = new();
    private string? _id;

    /// <summary>A connection that was just accepted.</summary>
    /// <param name="file">Its descriptor.</param>
    /// <param name="reactor">Who watches it from here on.</param>
    /// <param name="pool">For the web server's buffers.</param>
    /// <param name="local">Where it was accepted.</param>
    /// <param name="remote">Where the client is.</param>
    /// <param name="begun">Called once, when somebody begins to serve it or it is given up.</param>
    public ReactorConnection(int file, Reactor reactor, MemoryPool<byte> pool, EndPoint local, EndPoint remote, Action begun)
    {
        (MemoryPool, LocalEndPoint, RemoteEndPoint) = (pool, local, remote);
        _stream = new ReactorStream(file, reactor, begun, OnGone);
        Transport = new ConnectionPipes(PipeReader.Create(_stream, InputOptions), PipeWriter.Create(_stream, OutputOptions));
        ConnectionClosed = _closed.Token;
        Features.Set<IParkableConnection>(this);
        Features.Set<IMemoryPoolFeature>(this);
        _stream.Watch();
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

    public void HoldOutput() => _stream.Hold();

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

    /// <summary>The web server aborts the request that runs, with code of the application's: not on the reactor.</summary>
    private void OnGone() => ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.FireClosed(), this, preferLocal: false);

    private void FireClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The web server was done with the connection before.
        }
    }

    private sealed record ConnectionPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
