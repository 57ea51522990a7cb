namespace Longwave.Bench;

/// <summary>The hub answered something that makes the measurement worthless: a refusal, a lost event, a closed connection.</summary>
internal sealed class BenchFailedException(string message) : Exception(message);
