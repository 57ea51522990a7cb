namespace Longwave.Protocol.CloudEvents;

/// <summary>Defaults of a request for attributes that its CloudEvents lack.</summary>
/// <param name="Topic">Topic of events without the <c>topic</c> extension; null if the request names none.</param>
/// <param name="Key">Key of events without the <c>key</c> extension; null for none.</param>
/// <param name="IsPrivate">Whether events without the <c>private</c> extension are private.</param>
public readonly record struct CloudEventDefaults(string? Topic, string? Key, bool IsPrivate = false);
