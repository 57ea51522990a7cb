namespace Longwave.Bench.Results;

/// <summary>One row of a <see cref="ResultGrid"/>.</summary>
/// <param name="Name">Whose figures these are.</param>
/// <param name="Values">One for each column but the first; null where there is nothing to say.</param>
internal sealed record GridRow(string Name, IReadOnlyList<double?> Values);
