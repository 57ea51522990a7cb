using System.Text;

namespace Longwave.Server.Kestrel;

/// <summary>Decodes digits, and anything else as a letter, so that the web server rejects a <c>Content-Length</c> such as <c>+2</c>, which its parser accepts.</summary>
/// <remarks>The web server keeps only the number, so its decoding is the last place where the text of the header can be seen.</remarks>
internal sealed class StrictDigits : Encoding
{
    private const char NoDigit = 'x';

    /// <summary>The only instance.</summary>
    public static StrictDigits Instance { get; } = new();

    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        if (bytes.Length > chars.Length || bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            chars[0] = NoDigit;
            return 1;
        }

        return ASCII.GetChars(bytes, chars);
    }

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override int GetMaxCharCount(int byteCount) => Math.Max(1, byteCount);

    public override int GetByteCount(char[] chars, int index, int count) => ASCII.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        ASCII.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => charCount;
}
