namespace Longwave.Protocol.Events;

/// <summary>
/// Size of an event: the one default limit of its data, and the largest frame that such an event has. A client that can hold this frame receives every event
/// that the hub accepts, in every format (protocol section 3).
/// </summary>
public static class EventSizes
{
    /// <summary>Default maximum of the data of one event, in bytes of UTF-8 as published: of the hub and of its clients.</summary>
    public const int DefaultMaxDataBytes = 1024 * 1024;

    /// <summary>Bytes of JSON for one byte of data: JSON escapes a control character as <c>\u0001</c>. Base64 and line prefixes of an event stream need less or are read line by line.</summary>
    public const int JsonBytesPerDataByte = 6;

    /// <summary>
    /// Maximum size of everything else in a frame, in bytes. Most are topics: 1,000 of 1,024 bytes, in which JSON doubles quotes and backslashes. The rest, type, key, media
    /// type, attributes and names of members, has less than 40 KB.
    /// </summary>
    public const int MaxHeadBytes = 2 * 1024 * 1024;

    /// <summary>Maximum data for which the sizes of frames fit into an <see cref="int"/>, in bytes.</summary>
    public const int MaxDataBytes = (int.MaxValue - MaxHeadBytes) / JsonBytesPerDataByte;

    /// <summary>Bytes that a reader holds at most for one event.</summary>
    /// <param name="dataBytes">Maximum of its data, in bytes.</param>
    /// <param name="isJson">Whether the frame has the event as JSON: every format except an event stream of raw data.</param>
    public static int MaxFrameBytes(int dataBytes, bool isJson)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dataBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dataBytes, MaxDataBytes);
        return (dataBytes * (isJson ? JsonBytesPerDataByte : 1)) + MaxHeadBytes;
    }
}
