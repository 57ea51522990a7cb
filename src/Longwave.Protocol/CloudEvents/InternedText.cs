using System.Text;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Caches strings by their UTF-8 bytes, because topics, types and sources repeat and each new string is an allocation.</summary>
/// <remarks>One small table per thread; a new string overwrites the slot of its hash. Bounded, without locks or eviction.</remarks>
internal static class InternedText
{
    private const int Places = 1024;
    private const int MaxLength = 128;

    [ThreadStatic]
    private static string?[]? _places;

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxLength)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        string?[] places = _places ??= new string?[Places];
        var hash = default(HashCode);
        hash.AddBytes(utf8);
        ref string? place = ref places[hash.ToHashCode() & (Places - 1)];
        if (place is { } known && known.Length == utf8.Length && Ascii.Equals(utf8, known))
        {
            return known;
        }

        return place = Encoding.UTF8.GetString(utf8);
    }
}
