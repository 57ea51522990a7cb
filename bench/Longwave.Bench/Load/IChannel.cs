using System.Net.Sockets;

namespace Longwave.Bench.Load;

/// <summary>A connection to the hub that the load loop serves.</summary>
internal interface IChannel : IDisposable
{
    Socket Socket { get; }

    void OnReadable(LoadLoop loop);

    void OnWritable(LoadLoop loop);
}
