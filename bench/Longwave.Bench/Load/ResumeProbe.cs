using System.Diagnostics;
using System.Text;

namespace Longwave.Bench.Load;

/// <summary>One subscriber that comes back with a position and waits for the first event after it.</summary>
internal static class ResumeProbe
{
    /// <summary>Milliseconds from connecting until the first byte of the first replayed event was there.</summary>
    public static double Measure(int port, string query, string lastEventId, byte[] buffer, string path = "/v1/events")
    {
        long start = Stopwatch.GetTimestamp();
        using StreamSocket stream = StreamSocket.Open(port, query, lastEventId, path);
        for (int received = 0; ;)
        {
            received += stream.Receive(buffer.AsSpan(received));
            double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, received);

            // Neither headers nor greeting nor notices have a line that begins with id.
            if (bytes.IndexOf("\nid: "u8) >= 0)
            {
                return bytes.IndexOf("\nevent: longwave."u8) < 0 ? ms : throw Unexpected(bytes);
            }

            if (received == buffer.Length)
            {
                throw Unexpected(bytes);
            }
        }
    }

    private static BenchFailedException Unexpected(ReadOnlySpan<byte> bytes) =>
        new($"A resumed stream began with: {Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 1024)])}");
}
