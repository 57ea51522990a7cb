namespace Longwave.Protocol.CloudEvents;

/// <summary>What the request says for CloudEvents that do not say it themselves.</summary>
/// <param name="Topic">Topic for events without the <c>topic</c> extension; null when the request names none.</param>
/// <param name="Key">Key for events without the <c>key</c> extension; null for none.</param>
/// <param name="IsPrivate">Whether events without the <c>private</c> extension are private.</param>
public readonly record struct CloudEventDefaults(string? Topic, string? Key, bool IsPrivate = false);
