namespace Longwave.Demo;

/// <summary>A collection of real data that comes with the program.</summary>
/// <param name="Name">As the command line has it.</param>
/// <param name="Description">What it is and where it is from, to be read after "Publishing 1,707 ".</param>
/// <param name="Source">CloudEvents source of its events.</param>
/// <param name="Selector">Selector of its topics.</param>
/// <param name="Topic">One of its topics.</param>
/// <param name="ContentType">Media type of its events.</param>
/// <param name="Pace">How fast it goes unless it is told otherwise.</param>
/// <param name="Load">Reads its events, in the order of their times.</param>
internal sealed record DemoSet(
    string Name, string Description, string Source, string Selector, string Topic, string ContentType, Pace Pace, Func<IReadOnlyList<DemoEvent>> Load)
{
    /// <summary>All there are.</summary>
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
