namespace Longwave.Engine.Log;

/// <summary>Result of an examination of a log.</summary>
/// <param name="Epoch">Epoch of the log; 0 if it has none.</param>
/// <param name="Lineage">Later epochs with their reasons, oldest first.</param>
/// <param name="Events">Number of examined events.</param>
/// <param name="WithoutChecksum">Number of events from before format 5, which have no checksum.</param>
/// <param name="Topics">Number of topics.</param>
/// <param name="Problems">What is damaged, as sentences; empty for a sound log. At most 100.</param>
public sealed record LogReport(uint Epoch, IReadOnlyList<string> Lineage, long Events, long WithoutChecksum, int Topics, IReadOnlyList<string> Problems);
