namespace Longwave.BadDays.Tests.Data;

/// <summary>An event to publish.</summary>
internal sealed record RealEvent(string Topic, string Data);
