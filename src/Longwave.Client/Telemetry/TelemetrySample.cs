namespace Longwave.Client.Telemetry;

/// <summary>One measurement, in the form that the hub reads.</summary>
/// <param name="Kind"><c>connect</c>, <c>first-event</c>, <c>latency</c> or <c>reconnect</c>.</param>
/// <param name="Ms">Time in milliseconds; null for <c>reconnect</c>.</param>
/// <param name="Transport"><c>stream</c> or <c>poll</c>; null for <c>reconnect</c>.</param>
/// <param name="Cause">Cause of a <c>reconnect</c>.</param>
internal readonly record struct TelemetrySample(string Kind, double? Ms = null, string? Transport = null, string? Cause = null);
