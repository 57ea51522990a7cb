namespace Longwave.Bench.Results;

/// <summary>What a figure should be.</summary>
/// <param name="AtLeast">Lower bound, inclusive.</param>
/// <param name="Below">Upper bound, exclusive.</param>
internal sealed record Target(double? AtLeast = null, double? Below = null)
{
    public bool IsMet(double value) => !(value < AtLeast) && !(value >= Below);

    public override string ToString() => AtLeast is not null ? $"≥ {Number.Format(AtLeast.Value)}" : $"< {Number.Format(Below!.Value)}";
}
