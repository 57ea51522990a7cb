using System.Diagnostics;
using Longwave.Bench.Hubs;

namespace Longwave.Bench.Load;

/// <summary>Connections that publish as fast as the hub acknowledges, each one request at a time.</summary>
internal sealed class PublishLoad
{
    private readonly LoadLoop _loop;
    private readonly HubProcess _hub;
    private readonly StreamSet? _streams;
    private readonly List<PublishChannel> _channels = [];
    private readonly List<long> _latencies = [];
    private long _events;
    private long _eventsEver;
    private long _most;
    private long _deadline;
    private int _active;

    /// <param name="loop">Where the connections are served.</param>
    /// <param name="hub">The hub that they publish to.</param>
    /// <param name="requests">What each of them sends.</param>
    /// <param name="streams">Streams of the same loop of which one gets each event, or null.</param>
    public PublishLoad(LoadLoop loop, HubProcess hub, IEnumerable<IRequests> requests, StreamSet? streams = null)
    {
        (_loop, _hub, _streams) = (loop, hub, streams);
        foreach (IRequests sent in requests)
        {
            _channels.Add(new PublishChannel(loop, hub.Port, sent, Answered));
        }
    }

    /// <summary>Publishes for a time.</summary>
    public LoadFigures Run(TimeSpan time) => Run(time, long.MaxValue);

    /// <summary>Publishes at least so many events.</summary>
    public LoadFigures Run(long events) => Run(TimeSpan.FromDays(1), events);

    private LoadFigures Run(TimeSpan time, long events)
    {
        _latencies.Clear();
        (_events, _most, _active) = (0, events, _channels.Count);
        long delivered = _streams?.Delivered ?? 0;
        double hubCpu = _hub.CpuUs;
        double ownCpu = HubUsage.CpuUs(Environment.ProcessId);
        long start = Stopwatch.GetTimestamp();
        _deadline = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        _channels.ForEach(static channel => channel.Send());
        _loop.RunUntil(() => _active == 0, "publishing");
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // What it costs to publish is over when the last subscriber has its event.
        _streams?.WaitFor(_loop, delivered + _events);
        _eventsEver += _events;
        return new LoadFigures(
            _events, seconds, (_hub.CpuUs - hubCpu) / _events, (HubUsage.CpuUs(Environment.ProcessId) - ownCpu) / _events, [.. _latencies.Select(ToMs)]);
    }

    /// <summary>Events acknowledged since the load was made.</summary>
    public long EventsEver => _eventsEver;

    private static double ToMs(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    private void Answered(PublishChannel channel)
    {
        _latencies.Add(channel.LatencyTicks);
        _events += channel.Events;
        if (_events < _most && Stopwatch.GetTimestamp() < _deadline)
        {
            channel.Send();
        }
        else
        {
            _active--;
        }
    }
}
