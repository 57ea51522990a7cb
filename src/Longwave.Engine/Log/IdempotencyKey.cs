using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Longwave.Engine.Log;

/// <summary>128 bits that name one publish: two publishes with the same key are one event.</summary>
/// <param name="Hash">Truncated SHA-256, so that nobody can make two keys collide on purpose.</param>
public readonly record struct IdempotencyKey(UInt128 Hash)
{
    private const int StackBytes = 512;

    /// <summary>The key of an <c>Idempotency-Key</c> header, for the event at <paramref name="index"/> of the request.</summary>
    public static IdempotencyKey FromHeader(string topic, string header, int index) =>
        Compute("header", topic, header, index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The key of a CloudEvent: <c>source</c> and <c>id</c> name it (CloudEvents 1.0.2, section "id").</summary>
    public static IdempotencyKey FromCloudEvent(string topic, string source, string id) => Compute("cloudevent", topic, source, id);

    /// <summary>Each part is preceded by its length: joined without it, ("a","bc") and ("ab","c") would be one key.</summary>
    private static IdempotencyKey Compute(string scope, string topic, string first, string second)
    {
        int length = (4 * sizeof(int)) + Encoding.UTF8.GetMaxByteCount(scope.Length + topic.Length + first.Length + second.Length);
        Span<byte> buffer = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        int written = Append(buffer, 0, scope);
        written = Append(buffer, written, topic);
        written = Append(buffer, written, first);
        written = Append(buffer, written, second);
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
