namespace Longwave.Bench.Fanout;

/// <summary>What is measured: one server under one workload.</summary>
/// <param name="Peer">Name of the server.</param>
/// <param name="Workload">How events are published.</param>
/// <param name="Bytes">Bytes of data in each.</param>
internal sealed record FanoutCell(string Peer, Workload Workload, int Bytes);
