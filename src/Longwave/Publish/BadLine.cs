namespace Longwave.Publish;

/// <summary>A line that is no event.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Problem">What is wrong, to be read after "Line 12: ".</param>
internal sealed record BadLine(long Number, string Problem);
