namespace Longwave.Bench.Fanout;

/// <summary>What streams cost a server that has nothing to tell them.</summary>
/// <param name="Peer">Name of the server.</param>
/// <param name="ResidentKb">Resident memory without streams and after each step, in KB.</param>
/// <param name="SlopeKb">What one more stream adds, in KB.</param>
/// <param name="OpenCpuUs">Time on a core to open one, in microseconds, on a server that was just started.</param>
/// <param name="OpenAgainCpuUs">The same once all were closed.</param>
internal sealed record StreamCost(string Peer, IReadOnlyList<double> ResidentKb, double SlopeKb, double OpenCpuUs, double OpenAgainCpuUs);
