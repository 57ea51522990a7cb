using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Longwave.Arguments;
using Longwave.Hubs;

namespace Longwave.Tail;

/// <summary>Option <c>--since earliest|TIME|10m</c>.</summary>
internal static class SinceOption
{
    public static Option<string?> Create(TimeProvider clock) => new("--since")
    {
        Description = "Start with past events: 'earliest' (all stored events), a duration such as 10m (the last ten minutes), or a time such as 2026-11-23T06:57:00Z.",
        HelpName = "earliest|TIME|10m",
        CustomParser = result => Parse(result, clock),
    };

    /// <summary>Converts the value to the hub's format; null if it is not valid.</summary>
    public static string? Resolve(string text, TimeProvider clock)
    {
        if (text == "earliest")
        {
            return text;
        }

        if (Duration.TryParse(text, out TimeSpan ago))
        {
            return Format(clock.GetUtcNow() - ago);
        }

        // A time without an offset is local time.
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeLocal, out DateTime time)
            && text.Length > 0 && char.IsAsciiDigit(text[0]) && text.Contains('-', StringComparison.Ordinal)
            ? Format(new DateTimeOffset(time, TimeSpan.Zero))
            : null;
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string? Parse(ArgumentResult result, TimeProvider clock)
    {
        string? since = Resolve(result.Tokens[0].Value, clock);
        if (since is null)
        {
            result.AddError($"--since: '{result.Tokens[0].Value}' is not 'earliest', a duration (10m, 2h) or a time (2026-11-23T06:57:00Z).");
        }

        return since;
    }
}
