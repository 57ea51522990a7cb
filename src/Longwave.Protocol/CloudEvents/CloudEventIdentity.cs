namespace Longwave.Protocol.CloudEvents;

/// <summary>Identity of a CloudEvent, by which a repeated publish is recognized (CloudEvents 1.0.2, <c>source</c> and <c>id</c>).</summary>
/// <param name="Source">The <c>source</c> attribute.</param>
/// <param name="Id">The <c>id</c> attribute, unique within the source.</param>
public readonly record struct CloudEventIdentity(string Source, string Id);
