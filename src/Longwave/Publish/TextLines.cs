using System.Buffers;
using System.Text.Unicode;
using Longwave.Protocol.CloudEvents;

namespace Longwave.Publish;

/// <summary>Format of <c>--lines</c>: each line is the data of one event, unchanged. Without a content type, a JSON object or array is JSON, as the hub decides it for a single event.</summary>
internal sealed class TextLines(EventDefaults defaults) : ILineFormat
{
    private readonly BulkEventWriter _events = new(defaults);
    private readonly bool _json = defaults.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    public bool TryEncode(ReadOnlyMemory<byte> line, long number, IBufferWriter<byte> writer, out string? problem)
    {
        problem = !Utf8.IsValid(line.Span) ? "it is not valid UTF-8; events are text"
            : _json && !JsonText.IsValue(line.Span) ? $"it is not JSON, but --content-type is {defaults.ContentType}"
            : _events.Write(writer, number, default, line.Span, _json || (defaults.ContentType is null && JsonText.IsObjectOrArray(line.Span)));
        return problem is null;
    }
}
