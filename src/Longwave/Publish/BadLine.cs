namespace Longwave.Publish;

/// <summary>A line that does not contain a valid event.</summary>
/// <param name="Number">Line number, from 1.</param>
/// <param name="Problem">What is wrong; follows "Line 12: ".</param>
internal sealed record BadLine(long Number, string Problem);
