namespace Longwave.Client.Subscriptions;

/// <summary>Events are gone: those after <paramref name="From"/>, up to and with <paramref name="To"/>, may never come.</summary>
/// <param name="From">The last position before the gap; empty when the hub did not say.</param>
/// <param name="To">The last position of the gap; empty when the hub did not say.</param>
/// <param name="Reason">Why: <c>retention</c> (removed by age, count or size), <c>skipped</c> (the subscriber was too slow).</param>
public sealed record GapNotice(string From, string To, string Reason);
