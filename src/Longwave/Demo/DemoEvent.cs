namespace Longwave.Demo;

/// <summary>One event of the bundled data.</summary>
/// <param name="Time">Time of the original occurrence.</param>
/// <param name="Topic">Topic to publish to.</param>
/// <param name="Type">Event type.</param>
/// <param name="Key">Event key.</param>
/// <param name="Id">Id at the data's source.</param>
/// <param name="Json">Data as JSON on one line.</param>
internal sealed record DemoEvent(DateTimeOffset Time, string Topic, string Type, string Key, string Id, ReadOnlyMemory<byte> Json);
