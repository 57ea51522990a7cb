using System.Diagnostics;

namespace Longwave.Bench.Load;

/// <summary>One subscriber that reads a topic from the beginning of the log.</summary>
internal static class ReplayReader
{
    /// <summary>Reads so many events; returns the seconds from connecting until the last one was there.</summary>
    public static double Read(int port, string query, long events)
    {
        byte[] buffer = new byte[512 * 1024];
        long start = Stopwatch.GetTimestamp();
        using StreamSocket stream = StreamSocket.Open(port, query + "&since=earliest");
        for (long seen = 0; seen < events;)
        {
            seen += Payload.Count(buffer.AsSpan(0, stream.Receive(buffer)));
            if (seen > events)
            {
                throw new BenchFailedException($"{seen - events} events more than there are were replayed.");
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
