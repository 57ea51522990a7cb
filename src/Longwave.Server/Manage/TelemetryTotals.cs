namespace Longwave.Server.Manage;

/// <summary>Totals of the clients' measurements since start. The labels are a closed set, so no client can make it grow.</summary>
internal sealed class TelemetryTotals
{
    /// <summary>Kinds of measured times, with their names in JSON.</summary>
    public static readonly string[] Timed = ["connect", "first-event", "latency"];

    /// <summary>Transports of events.</summary>
    public static readonly string[] Transports = ["stream", "poll"];

    /// <summary>Causes of the end of a client's connection, the same in every SDK.</summary>
    public static readonly string[] Causes =
    [
        "network", "ended", "silence", "no-greeting", "stale", "malformed", "unavailable", "refused", "token", "not-a-stream", "asked", "mode-changed",
    ];

    private readonly long[] _counts = new long[Timed.Length * Transports.Length];
    private readonly long[] _microseconds = new long[Timed.Length * Transports.Length];
    private readonly long[] _reconnects = new long[Causes.Length];
    private long _posts;

    /// <summary>Number of counted requests.</summary>
    public long Posts => Interlocked.Read(ref _posts);

    /// <summary>Adds the samples of one request.</summary>
    public void Add(IReadOnlyList<ClientSample> samples)
    {
        Interlocked.Increment(ref _posts);
        foreach (ClientSample sample in samples)
        {
            if (sample.Cause >= 0)
            {
                Interlocked.Increment(ref _reconnects[sample.Cause]);
            }
            else
            {
                int cell = Cell(sample.Timed, sample.Transport);
                Interlocked.Increment(ref _counts[cell]);
                Interlocked.Add(ref _microseconds[cell], (long)(sample.Ms * 1_000));
            }
        }
    }

    /// <summary>Number of measured times of a kind, and their sum in milliseconds.</summary>
    public (long Count, double SumMs) Times(string timed, string transport)
    {
        int cell = Cell(Array.IndexOf(Timed, timed), Array.IndexOf(Transports, transport));
        return (Interlocked.Read(ref _counts[cell]), Interlocked.Read(ref _microseconds[cell]) / 1_000.0);
    }

    /// <summary>Number of connections that ended for a cause.</summary>
    public long Reconnects(string cause) => Interlocked.Read(ref _reconnects[Array.IndexOf(Causes, cause)]);

    private static int Cell(int timed, int transport) => (timed * Transports.Length) + transport;
}
