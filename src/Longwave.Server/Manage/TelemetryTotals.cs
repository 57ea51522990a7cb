namespace Longwave.Server.Manage;

/// <summary>What clients measured, added up since the start. A closed set of labels: nothing that a client sends makes it grow.</summary>
internal sealed class TelemetryTotals
{
    /// <summary>Measurements of a time; the names are those of the JSON.</summary>
    public static readonly string[] Timed = ["connect", "first-event", "latency"];

    /// <summary>Ways in which events come.</summary>
    public static readonly string[] Transports = ["stream", "poll"];

    /// <summary>Why a client's connection ended; the same words in every SDK.</summary>
    public static readonly string[] Causes =
    [
        "network", "ended", "silence", "no-greeting", "stale", "malformed", "unavailable", "refused", "token", "not-a-stream", "asked", "mode-changed",
    ];

    private readonly long[] _counts = new long[Timed.Length * Transports.Length];
    private readonly long[] _microseconds = new long[Timed.Length * Transports.Length];
    private readonly long[] _reconnects = new long[Causes.Length];
    private long _posts;

    /// <summary>How many posts were taken.</summary>
    public long Posts => Interlocked.Read(ref _posts);

    /// <summary>Adds the samples of one post.</summary>
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

    /// <summary>How many times of a kind were measured, and their sum in milliseconds.</summary>
    public (long Count, double SumMs) Times(string timed, string transport)
    {
        int cell = Cell(Array.IndexOf(Timed, timed), Array.IndexOf(Transports, transport));
        return (Interlocked.Read(ref _counts[cell]), Interlocked.Read(ref _microseconds[cell]) / 1_000.0);
    }

    /// <summary>How many connections ended for a cause.</summary>
    public long Reconnects(string cause) => Interlocked.Read(ref _reconnects[Array.IndexOf(Causes, cause)]);

    private static int Cell(int timed, int transport) => (timed * Transports.Length) + transport;
}
