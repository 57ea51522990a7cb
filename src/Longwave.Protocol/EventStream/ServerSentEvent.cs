namespace Longwave.Protocol.EventStream;

/// <summary>An event as an event source dispatches it (WHATWG HTML section 9.2.6).</summary>
/// <param name="Type">The <c>event:</c> field, <c>message</c> when there was none.</param>
/// <param name="Data">The <c>data:</c> lines joined with LF.</param>
/// <param name="LastEventId">The last <c>id:</c> seen in the stream up to this event; empty when there was none.</param>
public readonly record struct ServerSentEvent(string Type, string Data, string LastEventId);
