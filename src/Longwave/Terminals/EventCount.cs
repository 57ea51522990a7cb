using System.Globalization;

namespace Longwave.Terminals;

/// <summary>A number of events with its unit: <c>1 event</c>, <c>1,707 events</c>.</summary>
internal static class EventCount
{
    public static string Format(long count) =>
        count == 1 ? "1 event" : string.Create(CultureInfo.InvariantCulture, $"{count:#,0} events");
}
