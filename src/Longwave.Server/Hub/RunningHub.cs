using Longwave.Engine;
using Longwave.Engine.Revocations;

namespace Longwave.Server.Hub;

/// <summary>The engine of this application while it runs, for endpoints and for code of the application that publishes itself.</summary>
public sealed class RunningHub
{
    private HubEngine? _engine;

    /// <summary>The engine.</summary>
    /// <exception cref="InvalidOperationException">The application has not started, or has stopped.</exception>
    public HubEngine Engine => _engine ?? throw new InvalidOperationException("The hub is not running: the application has not started, or has stopped.");

    /// <summary>The engine, or null before the start and after the end.</summary>
    internal HubEngine? EngineOrNull => _engine;

    /// <summary>What was revoked; null before the start and after the end.</summary>
    internal RevocationList? Revocations { get; set; }

    internal void Set(HubEngine? engine) => _engine = engine;
}
