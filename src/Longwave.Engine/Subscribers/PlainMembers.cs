
namespace Longwave.Engine.Subscribers;

/// <summary>
/// The subscribers of a selector that get all of its events and no others. First those that are ready, behind them those that are suspended (nearly always because they are blocked):
/// what comes meanwhile costs nothing for these. Each knows its place.
/// </summary>
internal struct PlainMembers
{
    private RouteMember[]? _members;

    public int Count { get; private set; }

    /// <summary>Those that are sent what comes.</summary>
    public int ReadyCount { get; private set; }

    public readonly Span<RouteMember> Ready => _members.AsSpan(0, ReadyCount);

    /// <summary>Those that miss what comes.</summary>
    public readonly ReadOnlySpan<RouteMember> Suspended => _members.AsSpan(ReadyCount, Count - ReadyCount);

    public readonly bool IsReady(Subscriber subscriber) => subscriber.RoutePlace < ReadyCount;

    /// <summary>Adds a subscriber that is not ready yet.</summary>
    public void Add(Subscriber subscriber)
    {
        if (_members is null || Count == _members.Length)
        {
            Array.Resize(ref _members, Math.Max(1, Count * 2));
        }

        Put(Count++, new RouteMember(subscriber));
    }

    public void Remove(Subscriber subscriber)
    {
        if (IsReady(subscriber))
        {
            Suspend(subscriber);
        }

        Put(subscriber.RoutePlace, _members![--Count]);
        _members[Count] = default;
        subscriber.RoutePlace = -1;
    }

    /// <summary>It is sent what comes from here on; up to here it has everything.</summary>
    public void SetReady(Subscriber subscriber)
    {
        Put(subscriber.RoutePlace, _members![ReadyCount]);
        Put(ReadyCount++, new RouteMember(subscriber));
    }

    /// <summary>It is sent nothing from here on; the last one that is ready takes its place, and the cursor is the subscriber's again.</summary>
    public void Suspend(Subscriber subscriber)
    {
        RouteMember member = _members![subscriber.RoutePlace];
        subscriber.SentThrough = member.Cursor;
        Put(subscriber.RoutePlace, _members[--ReadyCount]);
        Put(ReadyCount, member);
    }

    /// <summary>It may read other things than before.</summary>
    public readonly void Renew(Subscriber subscriber)
    {
        long cursor = _members![subscriber.RoutePlace].Cursor;
        _members[subscriber.RoutePlace] = new RouteMember(subscriber) { Cursor = cursor };
    }

    private readonly void Put(int place, RouteMember member)
    {
        _members![place] = member;
        member.Subscriber.RoutePlace = place;
    }
}
