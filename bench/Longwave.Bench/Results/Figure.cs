using System.Text.Json.Serialization;

namespace Longwave.Bench.Results;

/// <summary>One measured value.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median of the rounds unless the name says otherwise.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Target">What it should be, or null when it is for information.</param>
/// <param name="Rounds">The values of the rounds, when there was more than one.</param>
internal sealed record Figure(string Name, double Value, string Unit, Target? Target = null, IReadOnlyList<double>? Rounds = null)
{
    /// <summary>Whether the target is met; null without one.</summary>
    [JsonInclude]
    public bool? IsMet => Target?.IsMet(Value);

    /// <summary>The median of several rounds.</summary>
    public static Figure Median(string name, IEnumerable<double> rounds, string unit, Target? target = null)
    {
        double[] values = [.. rounds];
        return new Figure(name, Statistics.Median(values), unit, target, values);
    }
}
