namespace Longwave.Client.Subscriptions;

/// <summary>The position meant nothing to the hub: its log is another one. The subscription goes on as its <c>Since</c> says.</summary>
/// <param name="Epoch">The log that is there now; empty when the hub did not say.</param>
/// <param name="Reason">Why: <c>unknown-epoch</c>, <c>ahead</c>, <c>malformed</c>.</param>
public sealed record ResetNotice(string Epoch, string Reason);
