using System.Globalization;
using Longwave.Engine.Subscribers;
using Longwave.Server.Http;

namespace Longwave.Server.Subscribe;

/// <summary>The parameter <c>since</c>: where a stream starts without a position.</summary>
internal static class SinceParameter
{
    /// <summary>Name of the parameter.</summary>
    public const string Name = "since";

    private const string LastPrefix = "last:";

    /// <summary>Syntax of a time, for the text of a problem.</summary>
    public const string TimeSyntax =
        "a duration such as `30s`, `10m`, `2h` or `1d`, or an RFC 3339 time with `Z` or an offset, e.g. `2026-11-23T06:57:00Z`";

    /// <summary>Longest number of a duration, in digits: with it, a sum of seconds can't overflow.</summary>
    private const int MaxDigits = 9;

    /// <summary>Reads the parameter; returns the problem, or null.</summary>
    /// <param name="text">The value; null without the parameter.</param>
    /// <param name="now">Time of the hub, to which a duration refers.</param>
    /// <param name="maxLast">Maximum number of last events.</param>
    /// <param name="since">The start.</param>
    public static Problem? TryRead(string? text, DateTimeOffset now, int maxLast, out Since since)
    {
        since = Since.Live;
        if (text is null)
        {
            return null;
        }

        if (text == "earliest")
        {
            since = Since.Earliest;
        }
        else if (text.StartsWith(LastPrefix, StringComparison.Ordinal))
        {
            return TryReadLast(text.AsSpan(LastPrefix.Length), maxLast, out since);
        }
        else if (TryReadTime(text, now, out DateTimeOffset time))
        {
            since = Since.At(time);
        }
        else
        {
            return new Problem(ProblemTypes.InvalidParameter, $"`since` must be `earliest`, `last:N`, {TimeSyntax}.", Name);
        }

        return null;
    }

    private static Problem? TryReadLast(ReadOnlySpan<char> number, int most, out Since since)
    {
        bool isValid = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int events) && events >= 1 && events <= most;
        since = isValid ? Since.Last(events) : Since.Live;
        return isValid ? null : new Problem(
            ProblemTypes.InvalidParameter, $"`since=last:N` needs a whole number from 1 to {most} (`Engine:Limits:MaxLastEvents`), e.g. `last:10`.", Name);
    }

    /// <summary>Reads a time: a duration before <paramref name="now"/>, or an RFC 3339 time.</summary>
    public static bool TryReadTime(string text, DateTimeOffset now, out DateTimeOffset time)
    {
        if (TryReadSeconds(text, out long seconds))
        {
            // A duration from before 1970 means 1970.
            time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, now.ToUnixTimeMilliseconds() - (1_000 * seconds)));
            return true;
        }

        return Rfc3339.TryParse(text, out time);
    }

    /// <summary>Reads a duration: a number and a unit.</summary>
    private static bool TryReadSeconds(ReadOnlySpan<char> text, out long seconds)
    {
        seconds = 0;
        long unit = text.IsEmpty ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => 0 };
        if (unit == 0 || text.Length > MaxDigits + 1 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }

        seconds = number * unit;
        return true;
    }
}
