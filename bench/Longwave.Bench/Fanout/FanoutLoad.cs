using System.Diagnostics;
using Longwave.Bench.Peers;

namespace Longwave.Bench.Fanout;

/// <summary>Publishes to the streams of a swarm, one way after the other, and says what it cost.</summary>
internal static class FanoutLoad
{
    /// <summary>Even the slowest round has some events to take percentiles of.</summary>
    private const int LeastEvents = 5;

    private static readonly CpuClock Own = CpuClock.Of(Environment.ProcessId);

    /// <summary>Delivers events without measuring them, so that work left over from opening streams is done before.</summary>
    public static void Settle(PeerProcess server, Swarm swarm) => Run(server, swarm, Workload.Lockstep, EventNumbers.Digits + 1, TimeSpan.Zero);

    /// <summary>Publishes for a time, and waits until every stream has every event.</summary>
    /// <exception cref="BenchFailedException">An event was lost, doubled or out of order.</exception>
    public static CellFigures Run(PeerProcess server, Swarm swarm, Workload workload, int dataBytes, TimeSpan time) =>
        Run(server, swarm, workload, dataBytes, elapsed => elapsed < time);

    /// <summary>Publishes as long as <paramref name="goesOn"/>, which receives the time since the beginning, and waits until every stream has every event.</summary>
    /// <exception cref="BenchFailedException">An event was lost, doubled or out of order.</exception>
    public static CellFigures Run(PeerProcess server, Swarm swarm, Workload workload, int dataBytes, Func<TimeSpan, bool> goesOn)
    {
        using var publisher = new Publisher(server.Port, server.Peer.Publish, dataBytes);
        swarm.Use(publisher);
        var latencies = new Latencies();
        swarm.Latencies = latencies;
        (long before, int firstNumber) = (swarm.Delivered, swarm.Next);
        (double serverCpu, double ownCpu) = (server.CpuUs, Own.ReadUs());
        long start = Stopwatch.GetTimestamp();
        long Due() => before + ((long)(swarm.Next - firstNumber - Math.Max(workload.InFlight, 1) + 1) * swarm.Count);
        while (true)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            bool publishing = goesOn(elapsed) || swarm.Next - firstNumber < LeastEvents;
            if (!publishing && publisher.IsIdle && swarm.Delivered >= before + ((long)(swarm.Next - firstNumber) * swarm.Count))
            {
                break;
            }

            TimeSpan patience = TimeSpan.FromMilliseconds(100);
            if (publishing && publisher.IsIdle)
            {
                TimeSpan wait = workload.EventsPerSecond > 0
                    ? TimeSpan.FromSeconds((swarm.Next - firstNumber) / workload.EventsPerSecond) - elapsed
                    : swarm.Delivered >= Due() ? TimeSpan.Zero : patience;
                if (wait <= TimeSpan.Zero)
                {
                    swarm.Publish();
                }

                // Below a millisecond, epoll would not wait: the load has a core of its own.
                patience = wait < patience ? wait : patience;
            }

            swarm.Turn(patience > TimeSpan.Zero ? patience : TimeSpan.Zero);
            swarm.CheckStall(start, $"delivering ({server.Peer.Name}, {workload.Name})");
        }

        swarm.Latencies = null;
        long deliveries = swarm.Delivered - before;
        double seconds = Stopwatch.GetElapsedTime(start, swarm.LastDeliveryAt).TotalSeconds;
        return new CellFigures(
            deliveries / seconds,
            (server.CpuUs - serverCpu) / deliveries,
            latencies.PercentileMs(0.5),
            latencies.PercentileMs(0.99),
            latencies.PercentileMs(0.999),
            (Own.ReadUs() - ownCpu) / deliveries);
    }
}
