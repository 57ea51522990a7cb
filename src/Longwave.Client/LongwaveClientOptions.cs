using Longwave.Client.Publishing;
using Longwave.Client.Telemetry;

namespace Longwave.Client;

/// <summary>What holds for everything that one <see cref="LongwaveClient"/> does.</summary>
public sealed class LongwaveClientOptions
{
    /// <summary>
    /// Fetches a token; null for none. It is asked when a token is needed first, when the hub says that the one in use expires soon, and when
    /// the hub does not take it any more: it must not answer from a cache that outlives the token.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? TokenProvider { get; set; }

    /// <summary>How publishing behaves when the hub is busy, full or away.</summary>
    public PublishOptions Publish { get; set; } = new();

    /// <summary>What is measured and told to the hub; null, the default, is nothing.</summary>
    public ClientTelemetryOptions? Telemetry { get; set; }

    /// <summary>The clock of all waits and time-outs.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>What the client calls itself towards the hub.</summary>
    public string UserAgent { get; set; } = "longwave-dotnet";

    /// <summary>Random numbers from 0 to 1, for the spread of waits; tests put their own.</summary>
    internal Func<double> NextRandom { get; set; } = Random.Shared.NextDouble;
}
