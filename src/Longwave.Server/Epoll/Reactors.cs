using System.Runtime.Versioning;
using Longwave.Engine.Health;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Epoll;

/// <summary>The reactors of the process: created when the first endpoint is bound, disposed of with the application.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Reactors(BackgroundLoops loops, ILogger<Reactor> logger) : IDisposable
{
    /// <summary>Maximum number of reactors: they only dispatch events, so a few suffice for many cores.</summary>
    private const int Most = 8;

    private readonly Lazy<Reactor[]> _all = new(() =>
        [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount / 2, 1, Most)).Select(i => new Reactor(i, loops, logger))]);

    private uint _next;

    /// <summary>The reactor for the next connection, round robin.</summary>
    public Reactor Next => _all.Value[Interlocked.Increment(ref _next) % (uint)_all.Value.Length];

    public void Dispose()
    {
        if (_all.IsValueCreated)
        {
            Array.ForEach(_all.Value, static reactor => reactor.Dispose());
        }
    }
}
