using System.Globalization;
using System.Reflection;
using Longwave.Server.Configuration;

namespace Longwave.Server.Startup;

/// <summary>Two options of which the first must not be more than the second.</summary>
/// <param name="Smaller">Key of the first.</param>
/// <param name="Larger">Key of the second.</param>
/// <param name="Consequence">What would happen otherwise.</param>
/// <param name="UnlessZero">Key of a rate that switches the second option off; null for none.</param>
internal sealed record OptionPair(string Smaller, string Larger, string Consequence, string? UnlessZero = null)
{
    /// <summary>Every pair of options that must fit together.</summary>
    public static IReadOnlyList<OptionPair> All { get; } =
    [
        new("Engine:RetryMin", "Engine:RetryMax", "there would be no time between them to send to a client"),
        new("Server:RetryAfterMin", "Server:RetryAfterMax", "there would be no time between them to send to a client"),
        new("Engine:Limits:MaxEventBytes", "Engine:Limits:MaxRequestBytes", "the largest event could never be sent"),
        new("Engine:Limits:MaxRequestBytes", "Engine:Limits:MaxQueuedBytes", "the largest request could never be queued"),
        new("Engine:Limits:MaxRequestBytes", "Server:MaxReceivingBytes", "the largest request could never be received"),
        new("Server:MaxTelemetryBytes", "Server:MaxReceivingBytes", "the largest telemetry post could never be received"),
        new("Auth:KeyRetry", "Auth:KeyRefresh", "the keys would be fetched less often than KeyRefresh requires"),
        .. OfClient("Server:Admission:Address"),
        .. OfClient("Server:Admission:Subject"),
    ];

    /// <summary>Why the two do not fit, or null.</summary>
    public string? Check(LongwaveOptions options)
    {
        if (UnlessZero is not null && Number(Read(options, UnlessZero)) == 0)
        {
            return null;
        }

        // A section that is null is reported by the check of the whole tree, and has no values to compare.
        (object? smaller, object? larger) = (Read(options, Smaller), Read(options, Larger));
        return smaller is null || larger is null || Number(smaller) <= Number(larger)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{Smaller}: {smaller} is more than {Larger}, {larger}: {Consequence}.");
    }

    /// <summary>The largest request must fit into a full bucket.</summary>
    private static IEnumerable<OptionPair> OfClient(string section) =>
    [
        new("Engine:Limits:MaxRequestEvents", $"{section}:EventBurst", "the largest request could never be admitted", $"{section}:EventsPerSecond"),
        new("Engine:Limits:MaxRequestBytes", $"{section}:ByteBurst", "the largest request could never be admitted", $"{section}:BytesPerSecond"),
        new("Server:MaxTelemetryBytes", $"{section}:ByteBurst", "the largest telemetry post could never be admitted", $"{section}:BytesPerSecond"),
    ];

    private static object? Read(object? section, string key)
    {
        foreach (string part in key.Split(':'))
        {
            section = section?.GetType().GetProperty(part, BindingFlags.Public | BindingFlags.Instance)!.GetValue(section);
        }

        return section;
    }

    private static long Number(object? value) => value is TimeSpan time ? time.Ticks : Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
