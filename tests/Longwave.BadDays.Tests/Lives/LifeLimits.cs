using System.Globalization;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>Limits of a hub such that all <see cref="LifeTarget.Addresses"/> together can reach the limits of the hub exactly, and its shortest time limits.</summary>
/// <param name="StreamsPerAddress">Open streams of one address.</param>
internal sealed record LifeLimits(int StreamsPerAddress)
{
    /// <summary>Connections that the web server accepts beside the streams.</summary>
    private const int BesideStreams = 1_000;

    /// <summary>Size of the largest publish, and of all bodies that the hub receives at one time, in bytes.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>Different patterns.</summary>
    public const int MaxPatterns = 1_000;

    /// <summary>Time limit for the head and the body of a request, and for a client that accepts nothing.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Time limit of an idle connection: longer, because <see cref="HubPlaces"/> keeps many open while it counts.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Streams of the hub.</summary>
    public int Streams => StreamsPerAddress * LifeTarget.Addresses;

    /// <summary>Connections of the web server.</summary>
    public int Connections => Streams + BesideStreams;

    /// <summary>Connections of one address.</summary>
    public int ConnectionsPerAddress => Connections / LifeTarget.Addresses;

    /// <summary>The configuration of the hub. Rates are unlimited: only what ends is counted here.</summary>
    public IReadOnlyDictionary<string, string> Configuration
    {
        get
        {
            string timeout = Text(Timeout);
            return new Dictionary<string, string>
            {
                ["Engine:Limits:MaxConnections"] = Text(Streams),
                ["Engine:Limits:MaxPatterns"] = Text(MaxPatterns),
                ["Engine:Limits:MaxEventBytes"] = Text(MaxBodyBytes),
                ["Engine:Limits:MaxRequestBytes"] = Text(MaxBodyBytes),
                ["Engine:StallTimeout"] = timeout,
                ["Engine:DrainWindow"] = "00:00:00",
                ["Server:MaxReceivingBytes"] = Text(MaxBodyBytes),
                ["Server:RequestHeadersTimeout"] = timeout,
                ["Server:RequestBodyTimeout"] = timeout,
                ["Server:KeepAliveTimeout"] = Text(IdleTimeout),
                ["Server:Admission:LimitLoopback"] = "true",
                ["Server:Admission:MaxSocketsPerAddress"] = Text(ConnectionsPerAddress),
                ["Server:Admission:Address:MaxStreams"] = Text(StreamsPerAddress),
                ["Server:Admission:Address:StreamsPerSecond"] = "0",
                ["Server:Admission:Address:RequestsPerSecond"] = "0",
                ["Server:Admission:Address:EventsPerSecond"] = "0",
                ["Server:Admission:Address:BytesPerSecond"] = "0",
            };
        }
    }

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
