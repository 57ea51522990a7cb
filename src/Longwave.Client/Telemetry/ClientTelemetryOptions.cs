namespace Longwave.Client.Telemetry;

/// <summary>What a client measures about its subscriptions and tells the hub (<c>POST /v1/telemetry</c>): times and causes, never topics, data or addresses.</summary>
public sealed record ClientTelemetryOptions
{
    /// <summary>Part of the subscriptions that are measured, and of their events whose latency is told: 0 to 1. Default 0.1.</summary>
    public double SampleRate { get; init; } = 0.1;

    /// <summary>Time between two posts. Default 30 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most samples that wait to be posted; more are dropped. Default 500. A post has at most 100.</summary>
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
