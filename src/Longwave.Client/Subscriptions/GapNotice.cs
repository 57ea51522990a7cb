namespace Longwave.Client.Subscriptions;

/// <summary>Reports lost events: those after <paramref name="From"/> up to and including <paramref name="To"/> may never be delivered.</summary>
/// <param name="From">Last position before the gap; empty when the hub did not send it.</param>
/// <param name="To">Last position of the gap; empty when the hub did not send it.</param>
/// <param name="Reason">Reason, e.g. <c>retention</c> (removed by age, count or size), <c>deleted</c> (deleted on request), <c>skipped</c> (the subscriber was too slow) or <c>damaged</c> (storage has lost or damaged them).</param>
public sealed record GapNotice(string From, string To, string Reason);
