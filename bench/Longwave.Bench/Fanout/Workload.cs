namespace Longwave.Bench.Fanout;

/// <summary>How events are published: so many on their way at a time, or so many a second.</summary>
/// <param name="Name">As tables call it.</param>
/// <param name="InFlight">An event is published when the one so many before it has reached every stream; 0 where a rate says when.</param>
/// <param name="EventsPerSecond">The rate, whatever has been delivered; 0 where deliveries say when.</param>
internal sealed record Workload(string Name, int InFlight, double EventsPerSecond = 0)
{
    /// <summary>Deliveries a second of a paced workload: well below what any peer can do with one core.</summary>
    private const double PacedDeliveriesPerSecond = 40_000;

    public static Workload Lockstep { get; } = new("lockstep", 1);

    public static Workload EightInFlight { get; } = new("8 in flight", 8);

    public static Workload Many { get; } = new("64 in flight", 64);

    /// <summary>The same number of deliveries a second, whatever the number of streams.</summary>
    public static Workload Paced(int streams) => new("paced", 0, PacedDeliveriesPerSecond / streams);
}
