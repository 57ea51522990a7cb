namespace Longwave.Bench.Results;

/// <summary>What a figure should be.</summary>
/// <param name="AtLeast">Lower bound, inclusive.</param>
/// <param name="Below">Upper bound, exclusive.</param>
/// <param name="AtMost">Upper bound, inclusive.</param>
internal sealed record Target(double? AtLeast = null, double? Below = null, double? AtMost = null)
{
    public bool IsMet(double value) => !(value < AtLeast) && !(value >= Below) && !(value > AtMost);

    public override string ToString() => (AtLeast, AtMost) switch
    {
        ({ } least, _) => $"≥ {Number.Format(least)}",
        (_, { } most) => $"≤ {Number.Format(most)}",
        _ => $"< {Number.Format(Below!.Value)}",
    };
}
