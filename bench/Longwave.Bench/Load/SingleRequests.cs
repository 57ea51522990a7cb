using System.Text;

namespace Longwave.Bench.Load;

/// <summary>One event a request, its body the data, each to a topic that a <see cref="TopicChoice"/> gives.</summary>
internal sealed class SingleRequests : IRequests
{
    private readonly byte[] _request;
    private readonly int _topicAt;
    private readonly TopicChoice _topics;

    public SingleRequests(TopicChoice topics)
    {
        _topics = topics;
        string head = $"POST /v1/events?topic={Topics.Placeholder} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {Payload.Bytes}\r\n\r\n";
        _request = [.. Encoding.ASCII.GetBytes(head), .. Payload.Data];
        _topicAt = head.IndexOf(Topics.Placeholder, StringComparison.Ordinal) + Topics.Prefix.Length;
    }

    public int Events => 1;

    public ReadOnlyMemory<byte> Next()
    {
        Topics.WriteDigits(_request.AsSpan(_topicAt, Topics.Digits), _topics.Next());
        return _request;
    }
}
