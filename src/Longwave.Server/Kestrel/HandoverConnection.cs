using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Longwave.Server.Kestrel;

/// <summary>A connection accepted on one endpoint and served on another. It forwards to the original, except the features that the server sets.</summary>
[SuppressMessage("Usage", "CA2213", Justification = "The endpoint that accepted the original owns it, and disposes of it after this one has ended.")]
internal sealed class HandoverConnection(ConnectionContext original) : ConnectionContext
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the server is done with the connection.</summary>
    public Task Ended => _ended.Task;

    public override string ConnectionId
    {
        get => original.ConnectionId;
        set => original.ConnectionId = value;
    }

    public override IFeatureCollection Features { get; } = new FeatureCollection(original.Features);

    public override IDictionary<object, object?> Items
    {
        get => original.Items;
        set => original.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => original.Transport;
        set => original.Transport = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => original.LocalEndPoint;
        set => original.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => original.RemoteEndPoint;
        set => original.RemoteEndPoint = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => original.ConnectionClosed;
        set => original.ConnectionClosed = value;
    }

    public override void Abort(ConnectionAbortedException abortReason) => original.Abort(abortReason);

    public override ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return base.DisposeAsync();
    }
}
