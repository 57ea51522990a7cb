namespace Longwave.Server.Manage;

/// <summary>One telemetry sample, with its labels as indexes in the lists of <see cref="TelemetryTotals"/>.</summary>
/// <param name="Timed">Index of the measured time; unused for a reconnect.</param>
/// <param name="Transport">Index of the transport.</param>
/// <param name="Ms">The time, in milliseconds.</param>
/// <param name="Cause">Index of the cause of a reconnect; -1 for a time.</param>
internal readonly record struct ClientSample(int Timed, int Transport, double Ms, int Cause);
