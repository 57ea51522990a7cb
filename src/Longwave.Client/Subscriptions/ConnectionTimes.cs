using Longwave.Client.Telemetry;

namespace Longwave.Client.Subscriptions;

/// <summary>Measures the connections of one subscription for telemetry.</summary>
internal sealed class ConnectionTimes(TelemetryReporter reporter, double rate, Func<double> random, TimeProvider clock)
{
    private long _began; // Start of the request; after the connection opens, the time at which it opened.
    private bool _hadEvent;

    // Smallest difference, in milliseconds, between the monotonic clock, which has an arbitrary origin, and the time of an event of the connection.
    private double _fastest;
    private string _transport = "stream";

    /// <summary>Starts measuring a subscription; null when this one is not in the sample.</summary>
    public static ConnectionTimes? Sample(TelemetryReporter reporter, Func<double> random) =>
        random() < reporter.SampleRate ? new ConnectionTimes(reporter, reporter.SampleRate, random, reporter.Clock) : null;

    /// <summary>Records that a request starts.</summary>
    public void Connecting() => (_began, _hadEvent, _fastest) = (clock.GetTimestamp(), false, double.PositiveInfinity);

    /// <summary>Records that the connection is open.</summary>
    public void Connected(bool isStream)
    {
        _transport = isStream ? "stream" : "poll";
        reporter.Add(new TelemetrySample("connect", clock.GetElapsedTime(_began).TotalMilliseconds, _transport));
        _began = clock.GetTimestamp();
    }

    /// <summary>
    /// Records an event. Its latency is how much longer it took from its append to its delivery than the fastest event of the connection: the time of day of this machine
    /// may be wrong. Events of a replay are faster than those before them, so they hardly count.
    /// </summary>
    public void Event(ReceivedEvent e)
    {
        if (!_hadEvent)
        {
            _hadEvent = true;
            reporter.Add(new TelemetrySample("first-event", clock.GetElapsedTime(_began).TotalMilliseconds, _transport));
        }

        if (e.Time is { } published)
        {
            double difference = clock.GetElapsedTime(0).TotalMilliseconds - published.ToUnixTimeMilliseconds();
            if (difference >= _fastest && random() < rate)
            {
                reporter.Add(new TelemetrySample("latency", difference - _fastest, _transport));
            }

            _fastest = Math.Min(_fastest, difference);
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
