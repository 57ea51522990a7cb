using System.Buffers.Text;

namespace Longwave.Server.Identity;

/// <summary>base64url without padding (RFC 7515, section 2), read strictly.</summary>
internal static class Base64Text
{
    /// <summary>Decodes; false for any character that does not belong there.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        if (text.Length % 4 == 1)
        {
            return false;
        }

        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }
}
