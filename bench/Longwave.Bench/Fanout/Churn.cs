using System.Diagnostics;
using Longwave.Bench.Peers;

namespace Longwave.Bench.Fanout;

/// <summary>Streams that come and go while events are published to all topics.</summary>
internal sealed class Churn : IDisposable
{
    public const int Streams = 2_000;
    public const int Topics = 50;
    public const int ReplacedPerSecond = 50;
    public const int EventsPerSecond = 100;

    private const int DataBytes = 200;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(10);

    /// <summary>A short run has some samples too.</summary>
    private const int LeastSamples = 20;

    private readonly PeerProcess _hub;
    private readonly Swarm _swarm = new();
    private readonly List<Publisher> _publishers = [];
    private readonly int[] _published = new int[Topics];
    private readonly Random _random = new(1);
    private int _sent;

    public Churn(PeerProcess hub)
    {
        _hub = hub;
        for (int topic = 0; topic < Topics; topic++)
        {
            _publishers.Add(new Publisher(hub.Port, Path(topic), DataBytes));
            _swarm.Use(_publishers[topic]);
        }
    }

    public int Replaced { get; private set; }

    public long Delivered => _swarm.Delivered;

    /// <summary>Runs so long and tells how big the hub was meanwhile.</summary>
    public List<SoakSample> Run(TimeSpan time, Action<string> tell, CancellationToken cancellation)
    {
        List<SoakSample> samples = [];
        TimeSpan interval = time / LeastSamples < SampleInterval ? time / LeastSamples : SampleInterval;
        _swarm.Open(_hub.Port, Path, Streams, Swarm.AnyFirst);
        long start = Stopwatch.GetTimestamp();
        for (TimeSpan elapsed = TimeSpan.Zero; elapsed < time; elapsed = Stopwatch.GetElapsedTime(start))
        {
            cancellation.ThrowIfCancellationRequested();
            if (elapsed >= interval * samples.Count)
            {
                samples.Add(Sample(elapsed));
                tell($"{elapsed:hh\\:mm\\:ss}: {samples[^1].ResidentMb:N1} MB, {samples[^1].AnonymousMb:N1} MB no file's, {samples[^1].Threads} threads, {samples[^1].Descriptors:N0} descriptors");
            }

            if (elapsed.TotalSeconds * EventsPerSecond > _sent)
            {
                Publish();
            }

            if (elapsed.TotalSeconds * ReplacedPerSecond > Replaced)
            {
                Replace();
            }

            _swarm.Turn(TimeSpan.FromMilliseconds(1));
            _swarm.CheckStall(start, "soaking");
        }

        samples.Add(Sample(time));
        return samples;
    }

    /// <summary>Waits for what is under way, and says how many events streams still lack: those that came were checked one by one.</summary>
    public long Missing()
    {
        _swarm.RunUntil(() => _publishers.TrueForAll(publisher => publisher.IsIdle) && CountMissing() == 0, "the last events come");
        return CountMissing();
    }

    public void Dispose()
    {
        _swarm.Dispose();
        _publishers.ForEach(static publisher => publisher.Dispose());
    }

    private static string Path(int number) => $"/v1/events?topic=soak/{number % Topics}";

    private SoakSample Sample(TimeSpan elapsed) =>
        new(elapsed.TotalMinutes, _hub.ResidentKb / 1024, _hub.AnonymousMb, _hub.Threads, _hub.Descriptors);

    private long CountMissing() => Enumerable.Range(0, Streams)
        .Where(stream => _swarm.NextOf(stream) != Swarm.AnyFirst)
        .Sum(stream => (long)_published[stream % Topics] - _swarm.NextOf(stream));

    private void Publish()
    {
        int topic = _random.Next(Topics);
        if (_publishers[topic].IsIdle)
        {
            _publishers[topic].Send(_published[topic]++);
            _sent++;
        }
    }

    /// <summary>Cuts a stream, every other one by a reset, and opens one of the same topic.</summary>
    private void Replace()
    {
        int stream = _random.Next(Streams);
        if (Replaced % 2 == 0)
        {
            Swarm.Cut(_swarm[stream]);
        }
        else
        {
            _swarm[stream].Dispose();
        }

        _swarm.Replace(stream, Swarm.Request(_hub.Port, Path(stream), lastEventId: null));
        Replaced++;
    }
}
