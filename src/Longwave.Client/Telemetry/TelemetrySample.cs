namespace Longwave.Client.Telemetry;

/// <summary>One measurement, as the hub reads it.</summary>
/// <param name="Kind"><c>connect</c>, <c>first-event</c>, <c>latency</c> or <c>reconnect</c>.</param>
/// <param name="Ms">A time in milliseconds, for all but <c>reconnect</c>.</param>
/// <param name="Transport"><c>stream</c> or <c>poll</c>.</param>
/// <param name="Cause">Why, for <c>reconnect</c>.</param>
internal readonly record struct TelemetrySample(string Kind, double? Ms = null, string? Transport = null, string? Cause = null);
