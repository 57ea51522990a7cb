namespace Longwave.Bench;

/// <summary>What the command line chooses.</summary>
/// <param name="Quick">Short rounds and small logs.</param>
/// <param name="Park">Whether the hub can park streams: it is measured with its socket sink and with its PipeWriter sink.</param>
/// <param name="Peers">The only peers of a comparison; empty: all.</param>
/// <param name="Rounds">Rounds of each measurement, or null for the usual number.</param>
/// <param name="Soak">How long a soak is.</param>
/// <param name="Before">Path of another build's longwave.dll, for the scenario that compares it with this build; or null.</param>
internal sealed record BenchOptions(bool Quick, bool Park, IReadOnlyList<string> Peers, int? Rounds, TimeSpan Soak, string? Before = null);
