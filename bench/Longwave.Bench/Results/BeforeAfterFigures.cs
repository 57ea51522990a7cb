namespace Longwave.Bench.Results;

/// <summary>Figures of two builds, measured in turns. Each round gives a ratio, because the speed of the machine varies between rounds.</summary>
internal sealed class BeforeAfterFigures
{
    /// <summary>A ratio within this distance of 1 is noise.</summary>
    private const double Noise = 0.05;

    private readonly Dictionary<(string Name, string Unit), List<(double Before, double After)>> _rounds = [];

    /// <summary>Adds one round of a measurement.</summary>
    /// <param name="name">What was measured; the same in every round.</param>
    /// <param name="unit">Its unit. More is better if it is a rate (<c>/s</c>), otherwise less.</param>
    /// <param name="before">Value of the earlier build.</param>
    /// <param name="after">Value of this build.</param>
    public void Add(string name, string unit, double before, double after)
    {
        (string, string) key = (name, unit);
        (_rounds.TryGetValue(key, out List<(double, double)>? rounds) ? rounds : _rounds[key] = []).Add((before, after));
    }

    /// <summary>For each measurement: both medians, and the median of the ratios with its target.</summary>
    public IReadOnlyList<Figure> ToFigures() => [.. _rounds.SelectMany(static measured => Describe(measured.Key.Name, measured.Key.Unit, measured.Value))];

    private static Figure[] Describe(string name, string unit, List<(double Before, double After)> rounds) =>
    [
        Figure.Median($"{name}: before", rounds.Select(static round => round.Before), unit),
        Figure.Median($"{name}: after", rounds.Select(static round => round.After), unit),
        Figure.Median(
            $"{name}: after ÷ before",
            rounds.Select(static round => round.After / round.Before),
            "×",
            unit.EndsWith("/s", StringComparison.Ordinal) ? new Target(AtLeast: 1 - Noise) : new Target(AtMost: 1 + Noise)),
    ];
}
