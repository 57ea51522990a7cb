using Longwave.Client.Telemetry;

namespace Longwave.Client.Subscriptions;

/// <summary>Measures the connections of one subscription.</summary>
internal sealed class ConnectionTimes(TelemetryReporter reporter, double rate, Func<double> random, TimeProvider clock)
{
    // What is older was asked for as the past, or has a time that its publisher took from elsewhere.
    private static readonly TimeSpan Replay = TimeSpan.FromMinutes(10);

    private long _began; // The request, then the open connection.
    private bool _hadEvent;
    private string _transport = "stream";

    /// <summary>Measures a subscription, or returns null when this one is not in the sample.</summary>
    public static ConnectionTimes? Sample(TelemetryReporter reporter, Func<double> random) =>
        random() < reporter.SampleRate ? new ConnectionTimes(reporter, reporter.SampleRate, random, reporter.Clock) : null;

    /// <summary>A request leaves.</summary>
    public void Connecting() => (_began, _hadEvent) = (clock.GetTimestamp(), false);

    /// <summary>The connection is made.</summary>
    public void Connected(bool isStream)
    {
        _transport = isStream ? "stream" : "poll";
        reporter.Add(new TelemetrySample("connect", clock.GetElapsedTime(_began).TotalMilliseconds, _transport));
        _began = clock.GetTimestamp();
    }

    /// <summary>An event came: how long after it was published, by the clocks of both machines, is what a person perceives.</summary>
    public void Event(ReceivedEvent e)
    {
        if (!_hadEvent)
        {
            _hadEvent = true;
            reporter.Add(new TelemetrySample("first-event", clock.GetElapsedTime(_began).TotalMilliseconds, _transport));
        }

        if (e.Time is { } published && clock.GetUtcNow() - published is var age && age < Replay && random() < rate)
        {
            reporter.Add(new TelemetrySample("latency", Math.Max(0, age.TotalMilliseconds), _transport));
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Lost(ReconnectCause cause) => reporter.Add(new TelemetrySample("reconnect", Cause: Name(cause)));

    /// <summary>The names that the hub knows; the same for every SDK.</summary>
    internal static string Name(ReconnectCause cause) => cause switch
    {
        ReconnectCause.Ended => "ended",
        ReconnectCause.Silent => "silence",
        ReconnectCause.Broken or ReconnectCause.Unreachable => "network",
        ReconnectCause.Refused => "unavailable",
        ReconnectCause.Asked => "asked",
        ReconnectCause.TokenExpired => "token",
        ReconnectCause.NoGreeting => "no-greeting",
        ReconnectCause.OtherLog => "stale",
        ReconnectCause.ModeChanged => "mode-changed",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };
}
