
namespace Longwave.Engine.Subscribers;

/// <summary>
/// Plain subscribers of a selector: those that receive every event of it and no others. The ready ones come first, then the suspended ones (nearly
/// always because their sink is blocked), which cost nothing when an event arrives. Each subscriber stores its index.
/// </summary>
internal struct PlainMembers
{
    private RouteMember[]? _members;

    public int Count { get; private set; }

    /// <summary>Number of subscribers that receive new events.</summary>
    public int ReadyCount { get; private set; }

    public readonly Span<RouteMember> Ready => _members.AsSpan(0, ReadyCount);

    /// <summary>Subscribers that miss new events.</summary>
    public readonly ReadOnlySpan<RouteMember> Suspended => _members.AsSpan(ReadyCount, Count - ReadyCount);

    public readonly bool IsReady(Subscriber subscriber) => subscriber.RoutePlace < ReadyCount;

    /// <summary>Adds a suspended subscriber.</summary>
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

    /// <summary>Makes a subscriber ready: it has all events so far and receives the following ones.</summary>
    public void SetReady(Subscriber subscriber)
    {
        Put(subscriber.RoutePlace, _members![ReadyCount]);
        Put(ReadyCount++, new RouteMember(subscriber));
    }

    /// <summary>Suspends a subscriber. The last ready one moves to its index, and the subscriber stores its own position again.</summary>
    public void Suspend(Subscriber subscriber)
    {
        RouteMember member = _members![subscriber.RoutePlace];
        subscriber.SentThrough = member.Cursor;
        Put(subscriber.RoutePlace, _members[--ReadyCount]);
        Put(ReadyCount, member);
    }

    /// <summary>Applies a changed read access.</summary>
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
