using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Longwave.Engine.Log;

/// <summary>128 bits that name one publish: two publishes with the same key are one event.</summary>
/// <param name="Hash">Truncated SHA-256, so that no publisher can make two keys collide on purpose.</param>
public readonly record struct IdempotencyKey(UInt128 Hash)
{
    private const int StackBytes = 512;

    /// <summary>The key of an <c>Idempotency-Key</c> header.</summary>
    /// <param name="publisher">
    /// The authenticated publisher, because each counts for itself: two publishers that both send 1, 2, 3 name different events. Null for an
    /// anonymous one; all of these share their keys.
    /// </param>
    /// <param name="topic">The event's topic.</param>
    /// <param name="header">The header.</param>
    /// <param name="index">Index of the event in its request.</param>
    public static IdempotencyKey FromHeader((string Issuer, string Subject)? publisher, string topic, string header, int index)
    {
        string number = index.ToString(CultureInfo.InvariantCulture);

        // Without a publisher these are the parts of the first release, so keys in an older log stay valid.
        return publisher is { } known
            ? Compute("publisher", known.Issuer, known.Subject, topic, header, number)
            : Compute("header", topic, header, number);
    }

    /// <summary>
    /// The key of a CloudEvent: <c>source</c> and <c>id</c> name it for every publisher, because they name the event itself and not the request
    /// (CloudEvents 1.0.2, section "id").
    /// </summary>
    public static IdempotencyKey FromCloudEvent(string topic, string source, string id) => Compute("cloudevent", topic, source, id);

    /// <summary>Each part is preceded by its length: joined without it, ("a","bc") and ("ab","c") would be one key.</summary>
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
