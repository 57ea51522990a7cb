using System.Text.Json;

namespace Longwave.BadDays.Tests.Following;

internal sealed class LineReading : IStreamReading
{
    private readonly List<byte> _unfinished = [];

    public long Heartbeats { get; private set; }

    public void Read(ReadOnlySpan<byte> bytes, Action<Received> take)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            if (_unfinished.Count == 0)
            {
                Take(bytes[..end].ToArray(), take);
            }
            else
            {
                _unfinished.AddRange(bytes[..end]);
                Take([.. _unfinished], take);
                _unfinished.Clear();
            }
        }

        _unfinished.AddRange(bytes);
    }

    private void Take(byte[] line, Action<Received> take)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        Received received = PollReading.ToReceived(document.RootElement);
        if (received.Type == "longwave.tip")
        {
            Heartbeats++;
        }
        else
        {
            take(received);
        }
    }
}
