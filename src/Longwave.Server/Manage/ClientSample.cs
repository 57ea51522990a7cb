namespace Longwave.Server.Manage;

/// <summary>One measurement of a client, its labels as places in the lists of <see cref="TelemetryTotals"/>.</summary>
/// <param name="Timed">What was measured; without meaning for a reconnect.</param>
/// <param name="Transport">How events come.</param>
/// <param name="Ms">The time.</param>
/// <param name="Cause">Why a connection ended; -1 for a time.</param>
internal readonly record struct ClientSample(int Timed, int Transport, double Ms, int Cause);
