namespace Longwave.Demo;

/// <summary>A collection of bundled real data.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Description">Content and origin; follows "Publishing 1,707 ".</param>
/// <param name="Source">CloudEvents source of the events.</param>
/// <param name="Selector">Selector that covers all of its topics.</param>
/// <param name="Topic">One of its topics, as an example.</param>
/// <param name="ContentType">Media type of the events.</param>
/// <param name="Pace">Default pace.</param>
/// <param name="Load">Loads the events in order of time.</param>
internal sealed record DemoSet(
    string Name, string Description, string Source, string Selector, string Topic, string ContentType, Pace Pace, Func<IReadOnlyList<DemoEvent>> Load)
{
    /// <summary>All bundled data sets.</summary>
    public static IReadOnlyList<DemoSet> All { get; } =
    [
        new(
            "earthquakes",
            "earthquakes of the first week of February 2018 (USGS)",
            "https://earthquake.usgs.gov/earthquakes/feed/v1.0/",
            "earthquakes/{network}",
            "earthquakes/ci",
            "application/geo+json",
            Pace.AtSpeed(600),
            EarthquakeData.Load),
        new(
            "football",
            "results of five European leagues, season 2016/17 (vega-datasets)",
            "https://github.com/vega/vega-datasets#football.json",
            "football/{division}",
            "football/english-premier-league",
            "application/json",
            Pace.AtRate(5),
            FootballData.Load),
        new(
            "stocks",
            "monthly prices of five stocks, 2005 to 2010 (vega-datasets)",
            "https://github.com/vega/vega-datasets#stocks.csv",
            "prices/{symbol}",
            "prices/AAPL",
            "application/json",
            Pace.AtRate(5),
            StockData.Load),
    ];
}
