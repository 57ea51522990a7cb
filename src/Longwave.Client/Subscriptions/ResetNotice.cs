namespace Longwave.Client.Subscriptions;

/// <summary>Reports that the hub does not know the position, because its log is a different one. The subscription continues as its <c>Since</c> specifies.</summary>
/// <param name="Epoch">Epoch of the current log; empty when the hub did not send it.</param>
/// <param name="Reason">Reason: <c>unknown-epoch</c>, <c>ahead</c> or <c>malformed</c>.</param>
public sealed record ResetNotice(string Epoch, string Reason);
