using Longwave.Client.Telemetry;

namespace Longwave.Client.Subscriptions;

/// <summary>Measures the connections of one subscription for telemetry.</summary>
internal sealed class ConnectionTimes(TelemetryReporter reporter, double rate, Func<double> random, TimeProvider clock)
{
    // An older event was replayed from the log, or its publisher set its time. Its latency means nothing.
    private static readonly TimeSpan Replay = TimeSpan.FromMinutes(10);

    private long _began; // Start of the request; after the connection opens, the time at which it opened.
    private bool _hadEvent;
    private string _transport = "stream";

    /// <summary>Starts measuring a subscription; null when this one is not in the sample.</summary>
    public static ConnectionTimes? Sample(TelemetryReporter reporter, Func<double> random) =>
        random() < reporter.SampleRate ? new ConnectionTimes(reporter, reporter.SampleRate, random, reporter.Clock) : null;

    /// <summary>Records that a request starts.</summary>
    public void Connecting() => (_began, _hadEvent) = (clock.GetTimestamp(), false);

    /// <summary>Records that the connection is open.</summary>
    public void Connected(bool isStream)
    {
        _transport = isStream ? "stream" : "poll";
        reporter.Add(new TelemetrySample("connect", clock.GetElapsedTime(_began).TotalMilliseconds, _transport));
        _began = clock.GetTimestamp();
    }

    /// <summary>Records an event. Its latency is this machine's time minus the event's time, so it includes the difference between two clocks.</summary>
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

    /// <summary>Records that the connection was lost.</summary>
    public void Lost(ReconnectCause cause) => reporter.Add(new TelemetrySample("reconnect", Cause: Name(cause)));

    /// <summary>Returns the name of a cause in the telemetry protocol; the same in every SDK.</summary>
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
