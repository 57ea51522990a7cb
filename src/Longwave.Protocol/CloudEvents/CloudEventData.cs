using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using Longwave.Protocol.Events;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Converts the members <c>data</c> and <c>data_base64</c> to the bytes of an event (JSON event format, section 3.1).</summary>
internal static class CloudEventData
{
    /// <summary>Reads <c>data</c>: a JSON value keeps its bytes; a JSON string with another media type is decoded to text.</summary>
    public static EventProblem? Read(ReadOnlySpan<byte> raw, string? contentType, out byte[] data)
    {
        if (raw[0] != (byte)'"' || contentType is null || MediaType.IsJson(contentType))
        {
            data = raw.ToArray();
            return null;
        }

        return TryGetText(raw, out data)
            ? null
            : new EventProblem("data", "'data' contains half of a surrogate pair, which is not a character.", EventProblemKind.Invalid);
    }

    /// <summary>Reads <c>data_base64</c>; it must decode to UTF-8 text, because an event stream cannot carry other bytes.</summary>
    public static EventProblem? ReadBase64(ReadOnlySpan<byte> raw, out byte[] data)
    {
        if (!TryGetText(raw, out data) || Base64.DecodeFromUtf8InPlace(data, out int length) != OperationStatus.Done)
        {
            return new EventProblem("data_base64", "'data_base64' is not valid base64.", EventProblemKind.Invalid);
        }

        data = data.AsSpan(0, length).ToArray();
        return Utf8.IsValid(data)
            ? null
            : new EventProblem(
                "data_base64",
                "'data_base64' does not decode to UTF-8 text, but event data must be text: publish binary data as a base64 string in 'data'.",
                EventProblemKind.NotUtf8);
    }

    private static bool TryGetText(ReadOnlySpan<byte> raw, out byte[] text)
    {
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        if (!reader.ValueIsEscaped)
        {
            text = reader.ValueSpan.ToArray();
            return true;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            text = buffer.AsSpan(0, reader.CopyString(buffer)).ToArray();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = []; // The string contains an escaped lone surrogate.
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
