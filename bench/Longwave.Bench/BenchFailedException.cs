namespace Longwave.Bench;

/// <summary>The measurement is not valid: the hub rejected a request, lost an event or closed a connection.</summary>
internal sealed class BenchFailedException(string message) : Exception(message);
