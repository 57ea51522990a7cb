using System.Text;

namespace Longwave.Engine.Log;

/// <summary>Cache of strings in columns that repeat (type, key, content type), so that a replay allocates few strings. For one thread.</summary>
internal sealed class TextCache
{
    private const int Slots = 256;
    private const int MaxBytes = 128;

    private readonly (byte[] Utf8, string Text)[] _slots = new (byte[], string)[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = default(HashCode);
        hash.AddBytes(utf8);
        ref (byte[] Utf8, string Text) slot = ref _slots[(uint)hash.ToHashCode() % Slots];
        if (slot.Utf8 is null || !utf8.SequenceEqual(slot.Utf8))
        {
            slot = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        }

        return slot.Text;
    }
}
