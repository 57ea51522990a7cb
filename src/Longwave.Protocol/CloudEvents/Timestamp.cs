namespace Longwave.Protocol.CloudEvents;

/// <summary>Validates a timestamp: RFC 3339 section 5.6, <c>date-time</c>.</summary>
internal static class Timestamp
{
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        // Format: 2026-11-23T06:57:00[.fraction](Z|+hh:mm)
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        int year = Number(text[..4]), month = Number(text[5..7]), day = Number(text[8..10]);
        int hour = Number(text[11..13]), minute = Number(text[14..16]), second = Number(text[17..19]);
        if (year < 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(Math.Max(year, 1), month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[19..];
        if (rest[0] == '.')
        {
            int digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits < 1)
            {
                return false;
            }

            rest = rest[(1 + digits)..];
        }

        if (rest is "Z" or "z")
        {
            return true;
        }

        return rest.Length == 6 && rest[0] is '+' or '-' && rest[3] == ':'
            && Number(rest[1..3]) is >= 0 and <= 23 && Number(rest[4..6]) is >= 0 and <= 59;
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        int value = 0;
        foreach (char c in digits)
        {
            if (!char.IsAsciiDigit(c))
            {
                return -1;
            }

            value = (value * 10) + (c - '0');
        }

        return value;
    }
}
