using System.Buffers;
using System.Buffers.Text;

namespace Longwave.Server.Identity;

/// <summary>base64url without padding (RFC 7515, section 2), read strictly.</summary>
internal static class Base64Text
{
    /// <summary>Characters that the platform's decoder ignores.</summary>
    private static readonly SearchValues<char> Strange = SearchValues.Create("= \r\n\t");

    /// <summary>Decodes the text; false for any character outside the alphabet.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        int written = 0;
        bool whole = text.IndexOfAny(Strange) < 0
            && Base64Url.DecodeFromChars(text, bytes, out int read, out written) == OperationStatus.Done
            && read == text.Length;
        bytes = whole ? bytes[..written] : [];
        return whole;
    }
}
