namespace Longwave.Bench.Results;

/// <summary>Figures of many servers or steps beside each other, for information.</summary>
/// <param name="Title">What they have in common.</param>
/// <param name="Columns">The first is what rows are named after, the others are figures with their units.</param>
/// <param name="Rows">The figures.</param>
internal sealed record ResultGrid(string Title, IReadOnlyList<string> Columns, IReadOnlyList<GridRow> Rows);
