using System.Diagnostics.CodeAnalysis;
using Longwave.Engine;
using Longwave.Engine.Revocations;

namespace Longwave.Server.Hub;

/// <summary>The engine of the running application, for endpoints and for application code that subscribes in process or reads metrics. To publish, use <c>LongwavePublisher</c>.</summary>
public sealed class RunningHub
{
    private volatile HubEngine? _engine;
    private volatile bool _hasRun;

    /// <summary>The engine.</summary>
    /// <exception cref="InvalidOperationException">The application has not started, or has stopped.</exception>
    public HubEngine Engine => _engine ?? throw new InvalidOperationException("The hub is not running: the application has not started, or has stopped.");

    /// <summary>The engine; null before the start and after the stop of the application.</summary>
    internal HubEngine? EngineOrNull => _engine;

    /// <summary>The revocations; null before the start and after the stop of the application.</summary>
    internal RevocationList? Revocations { get; set; }

    /// <summary>Returns the engine; false after the stop of the application.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    internal bool TryGetEngine([NotNullWhen(true)] out HubEngine? engine)
    {
        engine = _engine;
        return engine is not null || (_hasRun ? false : throw new InvalidOperationException("The hub is not running: the application has not started."));
    }

    internal void Set(HubEngine? engine)
    {
        _hasRun = true;
        _engine = engine;
    }
}
