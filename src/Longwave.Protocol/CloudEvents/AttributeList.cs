using System.Buffers;
using System.Text;
using Longwave.Protocol.Events;

namespace Longwave.Protocol.CloudEvents;

/// <summary>The attributes of one event whose raw JSON is kept. Reused, because most events have the same few.</summary>
internal sealed class AttributeList
{
    // These are kept like extensions: id, source, time, subject and dataschema.
    private const int NamedKept = 5;

    [ThreadStatic]
    private static AttributeList? _ofThisThread;

    private readonly AttributeSlice[] _slices = new AttributeSlice[CloudEventReader.MaxExtensions + NamedKept];
    private int _count;

    /// <summary>Returns the thread's list, cleared. One event is read at a time, synchronously.</summary>
    public static AttributeList ForThisThread()
    {
        AttributeList list = _ofThisThread ??= new AttributeList();
        list._count = 0;
        return list;
    }

    /// <summary>Adds an attribute; a repeated name is a problem.</summary>
    public EventProblem? Add(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, AttributeSlice slice)
    {
        for (int i = 0; i < _count; i++)
        {
            if (json.Slice(_slices[i].NameStart, _slices[i].NameLength).SequenceEqual(name))
            {
                string field = Encoding.UTF8.GetString(name);
                return new EventProblem(field, $"'{field}' occurs twice in the event.", EventProblemKind.Invalid);
            }
        }

        if (_count == _slices.Length)
        {
            return new EventProblem(
                "body", $"The event has more than {CloudEventReader.MaxExtensions} extension attributes.", EventProblemKind.TooLarge);
        }

        _slices[_count++] = slice;
        return null;
    }

    /// <summary>Writes the attributes that have a value as one JSON object, in the order of the input.</summary>
    public EventProblem? Write(ReadOnlySpan<byte> json, out string attributes)
    {
        attributes = "";
        int size = 2; // The braces; each attribute adds quotes, colon and comma.
        for (int i = 0; i < _count; i++)
        {
            size += _slices[i].NameLength + _slices[i].ValueLength + 4;
        }

        if (size > EventRules.MaxAttributesBytes)
        {
            return new EventProblem(
                "body", $"The attributes have more than {EventRules.MaxAttributesBytes} bytes in total.", EventProblemKind.TooLarge);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        buffer[0] = (byte)'{';
        int n = 1;
        foreach (AttributeSlice slice in _slices.AsSpan(0, _count))
        {
            if (slice.ValueLength == 0)
            {
                continue;
            }

            if (n > 1)
            {
                buffer[n++] = (byte)',';
            }

            buffer[n++] = (byte)'"';
            json.Slice(slice.NameStart, slice.NameLength).CopyTo(buffer.AsSpan(n));
            n += slice.NameLength;
            buffer[n++] = (byte)'"';
            buffer[n++] = (byte)':';
            json.Slice(slice.ValueStart, slice.ValueLength).CopyTo(buffer.AsSpan(n));
            n += slice.ValueLength;
        }

        buffer[n++] = (byte)'}';
        attributes = Encoding.UTF8.GetString(buffer, 0, n);
        ArrayPool<byte>.Shared.Return(buffer);
        return null;
    }
}
