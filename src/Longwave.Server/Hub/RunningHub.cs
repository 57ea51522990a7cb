using Longwave.Engine;
using Longwave.Engine.Revocations;

namespace Longwave.Server.Hub;

/// <summary>The engine of the running application, for endpoints and for application code that publishes directly.</summary>
public sealed class RunningHub
{
    private HubEngine? _engine;

    /// <summary>The engine.</summary>
    /// <exception cref="InvalidOperationException">The application has not started, or has stopped.</exception>
    public HubEngine Engine => _engine ?? throw new InvalidOperationException("The hub is not running: the application has not started, or has stopped.");

    /// <summary>The engine; null before the start and after the stop of the application.</summary>
    internal HubEngine? EngineOrNull => _engine;

    /// <summary>The revocations; null before the start and after the stop of the application.</summary>
    internal RevocationList? Revocations { get; set; }

    internal void Set(HubEngine? engine) => _engine = engine;
}
