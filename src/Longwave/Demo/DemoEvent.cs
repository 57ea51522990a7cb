namespace Longwave.Demo;

/// <summary>One event of real data.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Topic">Where it is published.</param>
/// <param name="Type">Its type.</param>
/// <param name="Key">What it is about.</param>
/// <param name="Id">Its id at its source.</param>
/// <param name="Json">Its data, JSON on one line.</param>
internal sealed record DemoEvent(DateTimeOffset Time, string Topic, string Type, string Key, string Id, ReadOnlyMemory<byte> Json);
