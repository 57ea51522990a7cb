using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Longwave.Publish;

/// <summary>Format of <c>--lines</c>: each line is the data of one event, unchanged.</summary>
internal sealed class TextLines(EventDefaults defaults) : ILineFormat
{
    private readonly BulkEventWriter _events = new(defaults);
    private readonly bool _json = defaults.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    public bool TryEncode(ReadOnlyMemory<byte> line, long number, IBufferWriter<byte> writer, out string? problem)
    {
        problem = !Utf8.IsValid(line.Span) ? "it is not valid UTF-8; events are text"
            : _json && !IsJson(line.Span) ? $"it is not JSON, but --content-type is {defaults.ContentType}"
            : _events.Write(writer, number, default, line.Span, _json);
        return problem is null;
    }

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            bool any = false;
            while (reader.Read())
            {
                any = true;
            }

            return any;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
