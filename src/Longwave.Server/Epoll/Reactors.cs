using System.Runtime.Versioning;

namespace Longwave.Server.Epoll;

/// <summary>The reactors of the process: made when the first address is bound, gone with the application.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Reactors : IDisposable
{
    /// <summary>A reactor only passes on what happens, so a few serve many cores.</summary>
    private const int Most = 8;

    private readonly Lazy<Reactor[]> _all = new(static () =>
        [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount / 2, 1, Most)).Select(static i => new Reactor(i))]);

    private uint _next;

    /// <summary>The reactor for the next connection, each in turn.</summary>
    public Reactor Next => _all.Value[Interlocked.Increment(ref _next) % (uint)_all.Value.Length];

    public void Dispose()
    {
        if (_all.IsValueCreated)
        {
            Array.ForEach(_all.Value, static reactor => reactor.Dispose());
        }
    }
}
