using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Longwave.Arguments;

/// <summary>Lengths of time as people type them: <c>90s</c>, <c>10m</c>, <c>2h30m</c>, <c>1d</c>, <c>500ms</c>.</summary>
internal static partial class Duration
{
    /// <summary>Parses a length of time.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        Match match = Form().Match(text);
        if (!match.Success || text.Length == 0)
        {
            return false;
        }

        double ms = (Number(match, "d") * 86_400_000) + (Number(match, "h") * 3_600_000) + (Number(match, "m") * 60_000)
            + (Number(match, "s") * 1_000) + Number(match, "ms");
        if (ms > TimeSpan.FromDays(36_500).TotalMilliseconds)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(ms);
        return true;
    }

    /// <summary>Formats a length of time in the same form, rounded for display.</summary>
    public static string Format(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        < 7_200 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes:0} min"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours:0.#} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalDays:0.#} days"),
    };

    /// <summary>Parses the value of an option of type length of time.</summary>
    public static TimeSpan ParseOption(ArgumentResult result)
    {
        if (!TryParse(result.Tokens[0].Value, out TimeSpan duration) || duration <= TimeSpan.Zero)
        {
            result.AddError($"'{result.Tokens[0].Value}' is not a duration; write, for example, 90s, 10m, 2h30m or 1d.");
        }

        return duration;
    }

    private static double Number(Match match, string unit) =>
        match.Groups[unit] is { Success: true } group ? double.Parse(group.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"^(?=\d)((?<d>\d{1,6}(\.\d{1,3})?)d)?((?<h>\d{1,7}(\.\d{1,3})?)h)?((?<m>\d{1,9}(\.\d{1,3})?)m(?!s))?((?<s>\d{1,9}(\.\d{1,3})?)s)?((?<ms>\d{1,12})ms)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Form();
}
