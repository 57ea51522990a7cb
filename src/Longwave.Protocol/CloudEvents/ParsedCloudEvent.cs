using Longwave.Protocol.Events;

namespace Longwave.Protocol.CloudEvents;

/// <summary>One event of a batch.</summary>
/// <param name="Event">The event; not yet checked with <see cref="EventRules.Check"/>.</param>
/// <param name="Identity">Its source and id.</param>
public readonly record struct ParsedCloudEvent(Event Event, CloudEventIdentity Identity);
