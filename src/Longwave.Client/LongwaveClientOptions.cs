using Longwave.Client.Publishing;
using Longwave.Client.Telemetry;

namespace Longwave.Client;

/// <summary>Options of a <see cref="LongwaveClient"/>; they apply to all its requests.</summary>
public sealed class LongwaveClientOptions
{
    /// <summary>
    /// Fetches a token; null to send no token. The client calls it when it first needs a token, when the hub reports that the current one expires soon, and when
    /// the hub rejects the current one. Do not return a cached token that has expired.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? TokenProvider { get; set; }

    /// <summary>Default retries and timeouts of publishing.</summary>
    public PublishOptions Publish { get; set; } = new();

    /// <summary>Telemetry that the client sends to the hub; null, the default, to send none.</summary>
    public ClientTelemetryOptions? Telemetry { get; set; }

    /// <summary>Clock for all delays and timeouts.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary><c>User-Agent</c> header of every request. Default <c>longwave-dotnet</c>.</summary>
    public string UserAgent { get; set; } = "longwave-dotnet";

    /// <summary>Random numbers from 0 to 1 for the jitter of delays; tests replace it.</summary>
    internal Func<double> NextRandom { get; set; } = Random.Shared.NextDouble;
}
