using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Longwave.Engine.Log;

/// <summary>Identity of one publish, in 128 bits: two publishes with the same key are one event.</summary>
/// <param name="Hash">Truncated SHA-256, so that a publisher can't construct two keys that collide.</param>
public readonly record struct IdempotencyKey(UInt128 Hash)
{
    private const int StackBytes = 512;

    /// <summary>Creates the key for an <c>Idempotency-Key</c> header.</summary>
    /// <param name="publisher">
    /// The authenticated publisher. It is part of the key: if two publishers both send 1, 2, 3, these are different events. Null for anonymous
    /// publishers, which share their keys.
    /// </param>
    /// <param name="topic">Topic of the event.</param>
    /// <param name="header">Value of the header.</param>
    /// <param name="index">Index of the event in its request.</param>
    public static IdempotencyKey FromHeader((string Issuer, string Subject)? publisher, string topic, string header, int index)
    {
        string number = index.ToString(CultureInfo.InvariantCulture);

        // Without a publisher these are the parts of the first release, so that keys in an older log stay valid.
        return publisher is { } known
            ? Compute("publisher", known.Issuer, known.Subject, topic, header, number)
            : Compute("header", topic, header, number);
    }

    /// <summary>
    /// Creates the key of a CloudEvent. <c>source</c> and <c>id</c> identify the event for every publisher, because they name the event itself and
    /// not the request (CloudEvents 1.0.2, section "id").
    /// </summary>
    public static IdempotencyKey FromCloudEvent(string topic, string source, string id) => Compute("cloudevent", topic, source, id);

    /// <summary>Hashes the parts, each preceded by its length: without the length, ("a","bc") and ("ab","c") would have the same key.</summary>
    private static IdempotencyKey Compute(params ReadOnlySpan<string> parts)
    {
        int length = 0;
        foreach (string part in parts)
        {
            length += sizeof(int) + Encoding.UTF8.GetMaxByteCount(part.Length);
        }

        Span<byte> buffer = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        int written = 0;
        foreach (string part in parts)
        {
            written = Append(buffer, written, part);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..written], digest);
        return new IdempotencyKey(BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    private static int Append(Span<byte> buffer, int at, string part)
    {
        int length = Encoding.UTF8.GetBytes(part, buffer[(at + sizeof(int))..]);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[at..], length);
        return at + sizeof(int) + length;
    }
}
