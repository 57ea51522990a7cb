namespace Longwave.Bench.Fanout;

/// <summary>How big the hub was at a moment of a soak.</summary>
/// <param name="Minutes">Since the beginning.</param>
/// <param name="ResidentMb">Resident memory.</param>
/// <param name="AnonymousMb">The part of it that is no file's: the managed heap and native memory.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Descriptors">Open descriptors.</param>
internal sealed record SoakSample(double Minutes, double ResidentMb, double AnonymousMb, int Threads, int Descriptors);
