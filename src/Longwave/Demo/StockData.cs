using System.Globalization;
using System.Text.Json;

namespace Longwave.Demo;

/// <summary>Monthly prices of five stocks; the topic is the symbol.</summary>
internal static class StockData
{
    public static IReadOnlyList<DemoEvent> Load()
    {
        using var reader = new StreamReader(BundledData.Open("stocks.csv"));
        var events = new List<DemoEvent>();
        _ = reader.ReadLine(); // Skip the header: symbol,date,price
        while (reader.ReadLine() is { } line)
        {
            events.Add(Read(line.Split(',')));
        }

        return [.. events.OrderBy(static e => e.Time).ThenBy(static e => e.Topic, StringComparer.Ordinal)];
    }

    private static DemoEvent Read(string[] cells)
    {
        (string symbol, string price) = (cells[0], cells[2]);
        DateTimeOffset time = DateTimeOffset.ParseExact(cells[1], "MMM d yyyy", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        string date = time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        // The price keeps the digits of the file.
        byte[] json = [.. "{\"symbol\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(symbol), .. System.Text.Encoding.UTF8.GetBytes($",\"date\":\"{date}\",\"price\":{price}}}")];
        return new DemoEvent(time, "prices/" + symbol, "price", symbol, $"{symbol} {date}", json);
    }
}
