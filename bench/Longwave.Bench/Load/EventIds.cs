namespace Longwave.Bench.Load;

/// <summary>Ids of events, none twice. For one thread.</summary>
internal sealed class EventIds
{
    private long _last;

    public long Next() => ++_last;
}
