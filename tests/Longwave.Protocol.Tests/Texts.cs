using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Longwave.Protocol.Tests;

/// <summary>Generators that go for the seams: line ends, NUL, byte order marks, words of the format, half characters.</summary>
internal static class Texts
{
    private static readonly string[] Pieces =
    [
        "\r", "\n", "\r\n", "\n\n", "\0", "\uFEFF", ":", " ", ",", "data", "data: ", "id: 1", "event:", "retry: 5", "{", "}", "[", "]", "\"", "\\",
        "a", "x=1", "é", "京", "😀", "\u2028", "\u0085", "\u007f", "\t", "%41", "/", "",
    ];

    /// <summary>Any text that is valid Unicode.</summary>
    public static Gen<string> Any { get; } = Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p));

    /// <summary>Text that a topic, type or key may hold, or null.</summary>
    public static Gen<string?> Field { get; } = Any.Select(text => new string([.. text.Where(c => !char.IsControl(c))])).Select(t => t.Length == 0 ? null : t);

    /// <summary>Bytes that are mostly, but not only, an event stream.</summary>
    public static Gen<byte[]> Stream { get; } = Gen.Frequency(
            (8, Gen.Elements(Pieces).Select(Encoding.UTF8.GetBytes)),
            (6, Gen.Elements("data: x\n", "data\r", "event: tick\r\n", "id: 7\n", "id:\n", "retry: 20\r", ": c\n", "\n\n", "\r\r").Select(Encoding.UTF8.GetBytes)),
            (1, Gen.Elements<byte[]>([0xEF], [0xBB], [0xBF], [0xE2, 0x82], [0xFF], [0xC0, 0x80], [0xF0, 0x9F])))
        .ListOf().Select(parts => parts.SelectMany(p => p).ToArray());

    /// <summary>Where to cut: lengths of pieces, used over and over.</summary>
    public static Gen<int[]> Cuts { get; } = Gen.Choose(1, 9).NonEmptyListOf().Select(l => l.ToArray());

    public static Config Runs(int count) => Config.QuickThrowOnFailure.WithMaxTest(count);

    /// <summary>What SSE allows of line ends: each arrives as LF.</summary>
    public static string AsReceived(string data) =>
        data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
