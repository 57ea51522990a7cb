namespace Longwave.Protocol.EventStream;

/// <summary>An event as an event source dispatches it (WHATWG HTML section 9.2.6).</summary>
/// <param name="Type">The <c>event:</c> field, or <c>message</c> without one.</param>
/// <param name="Data">The <c>data:</c> lines joined with LF.</param>
/// <param name="LastEventId">The last <c>id:</c> in the stream up to this event; empty if there was none.</param>
public readonly record struct ServerSentEvent(string Type, string Data, string LastEventId);
