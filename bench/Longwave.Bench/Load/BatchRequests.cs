using System.Text;

namespace Longwave.Bench.Load;

/// <summary>Many CloudEvents a request, one a line; source and id make each an idempotency key that was never used before.</summary>
internal sealed class BatchRequests : IRequests
{
    private const int IdDigits = 12;

    private readonly byte[] _request;
    private readonly int _linesAt;
    private readonly int _lineLength;
    private readonly int _idAt;
    private readonly int _topicAt;
    private readonly TopicChoice _topics;
    private readonly bool _together;
    private readonly EventIds _ids;

    /// <param name="topics">Gives topics.</param>
    /// <param name="events">Events a request.</param>
    /// <param name="together">Whether all events of a request go to one topic, or each to another.</param>
    /// <param name="ids">Where ids come from.</param>
    public BatchRequests(TopicChoice topics, int events, bool together, EventIds ids)
    {
        (_topics, Events, _together, _ids) = (topics, events, together, ids);
        string id = new('0', IdDigits);
        string line = $$"""{"specversion":"1.0","id":"{{id}}","source":"/bench","type":"trade","topic":"{{Topics.Placeholder}}","data":{{Encoding.ASCII.GetString(Payload.Data)}}}""" + "\n";
        string head = $"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nContent-Length: {line.Length * events}\r\n\r\n";
        (_linesAt, _lineLength) = (head.Length, line.Length);
        _idAt = line.IndexOf(id, StringComparison.Ordinal);
        _topicAt = line.IndexOf(Topics.Placeholder, StringComparison.Ordinal) + Topics.Prefix.Length;
        _request = new byte[head.Length + (line.Length * events)];
        Encoding.ASCII.GetBytes(head, _request);
        for (int i = 0; i < events; i++)
        {
            Encoding.ASCII.GetBytes(line, Line(i));
        }
    }

    public int Events { get; }

    public ReadOnlyMemory<byte> Next()
    {
        int shared = _topics.Next();
        for (int i = 0; i < Events; i++)
        {
            Span<byte> line = Line(i);
            Topics.WriteDigits(line.Slice(_idAt, IdDigits), _ids.Next());
            Topics.WriteDigits(line.Slice(_topicAt, Topics.Digits), _together ? shared : _topics.Next());
        }

        return _request;
    }

    private Span<byte> Line(int index) => _request.AsSpan(_linesAt + (index * _lineLength), _lineLength);
}
