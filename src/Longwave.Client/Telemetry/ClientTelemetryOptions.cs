namespace Longwave.Client.Telemetry;

/// <summary>Telemetry about subscriptions that a client posts to the hub (<c>POST /v1/telemetry</c>): times and causes, never topics, data or addresses.</summary>
public sealed record ClientTelemetryOptions
{
    /// <summary>Share of subscriptions that are measured, and of their events whose latency is reported: 0 to 1. Default 0.1.</summary>
    public double SampleRate { get; init; } = 0.1;

    /// <summary>Interval between posts. Default 30 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Maximum number of samples that wait to be posted; further ones are dropped. Default 500. A post contains at most 100.</summary>
    public int MaxWaiting { get; init; } = 500;

    internal void Check()
    {
        if (!(SampleRate is >= 0 and <= 1))
        {
            throw new ArgumentException($"{nameof(SampleRate)} is {SampleRate}; it must be 0 to 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxWaiting);
    }
}
