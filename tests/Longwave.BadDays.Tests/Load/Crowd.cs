using Longwave.BadDays.Tests.Following;
using Longwave.BadDays.Tests.Storage;

namespace Longwave.BadDays.Tests.Load;

/// <summary>Publishers and followers of all kinds, concurrently.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly Publisher[] _publishers;
    private readonly (Follower Follower, Func<string, bool> Wants, List<long> Offsets)[] _followers;

    public Crowd(Uri hub, Ledger ledger, SeenEvents seen)
    {
        _publishers =
        [
            new KeyedPublisher(hub, ledger, "keyed-1"),
            new KeyedPublisher(hub, ledger, "keyed-2"),
            new PlainPublisher(hub, ledger, "plain"),
            new BatchPublisher(hub, ledger, "batch-1"),
            new BatchPublisher(hub, ledger, "batch-2") { MaxEvents = 20, Padding = 2_000 },
        ];
        _followers =
        [
            Follow(hub, FollowerKind.Lines, "topic=*", static _ => true, seen.Take),
            Follow(hub, FollowerKind.EventStream, "topic=*", static _ => true),
            Follow(hub, FollowerKind.EventStream, "topic=load/3", static topic => topic == "load/3"),
            Follow(hub, FollowerKind.EventStream, "topic=load/7&topic=load/8&topic=alternate", static topic => topic is "load/7" or "load/8" or "alternate"),
            Follow(hub, FollowerKind.Lines, "topic=load/{n}", static topic => topic.StartsWith("load/", StringComparison.Ordinal)),
            Follow(hub, FollowerKind.Poll, "topic=load/{n}&topic=alternate&limit=500", static _ => true),
            Follow(hub, FollowerKind.Poll, "topic=alternate", static topic => topic == "alternate"),
        ];
        _followers[1].Follower.Rest = TimeSpan.FromMilliseconds(100);
        Array.ForEach(_publishers, static publisher => publisher.Start());
    }

    public override string ToString() =>
        $"{_followers.Sum(static f => f.Follower.Count)} events followed over {_followers.Sum(static f => f.Follower.Connects)} connections";

    /// <summary>Stops each publisher after its last request is answered.</summary>
    public Task EndPublishingAsync() => Task.WhenAll(_publishers.Select(static publisher => publisher.EndAsync()));

    /// <summary>Waits until each follower has received the event at this offset, which all of them cover.</summary>
    public async Task UntilAllHaveAsync(long offset)
    {
        foreach ((Follower follower, _, _) in _followers)
        {
            follower.Rest = TimeSpan.Zero;
            await follower.UntilOffsetAsync(offset);
        }
    }

    /// <summary>Checks that each follower received the events of its topics once, in log order, and has no complaints.</summary>
    public void AssertSawExactly(List<StoredEvent> events)
    {
        foreach ((Follower follower, Func<string, bool> wants, List<long> offsets) in _followers)
        {
            Assert.True(follower.Complaints.IsEmpty, $"{follower}");
            Assert.Equal(events.Where(e => e.Topics.Any(wants)).Select(static e => e.Offset), offsets);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Publisher publisher in _publishers)
        {
            await publisher.DisposeAsync();
        }

        foreach ((Follower follower, _, _) in _followers)
        {
            await follower.DisposeAsync();
        }
    }

    private static (Follower, Func<string, bool>, List<long>) Follow(
        Uri hub, FollowerKind kind, string query, Func<string, bool> wants, Action<Received>? take = null)
    {
        var offsets = new List<long>();
        return (new Follower(hub, kind, query, received =>
        {
            offsets.Add(received.Offset);
            take?.Invoke(received);
        }), wants, offsets);
    }
}
