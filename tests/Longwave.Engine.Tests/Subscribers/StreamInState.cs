using Longwave.Engine.Fanout;
using Longwave.Engine.Access;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Tests.Fanout;
using static Longwave.Engine.Tests.Fanout.RecordingSink;

namespace Longwave.Engine.Tests.Subscribers;

/// <summary>A stream that is held in a state until <see cref="LetGo"/>. It started five events after the start of a log of forty, or at its tip.</summary>
internal sealed class StreamInState : IDisposable
{
    public const int Stored = 40;
    public const int Seen = 5;

    /// <summary>Before the last page of a replay.</summary>
    public const int SeenWhenJoining = Stored - 7;

    private static readonly StreamExpiry Expiry = new(At(1_000), At(100_000), At(100_010));

    private readonly StreamState _state;
    private readonly List<long> _published = [];
    private readonly List<RecordingSink> _others = [];

    /// <summary>Brings a stream into a state, and leaves it there.</summary>
    public StreamInState(StreamState state, EventLog log, Func<SubscribeRequest, SubscribeRequest>? change = null, Action<EngineOptions>? configure = null)
    {
        _state = state;
        Rig = new ShardRig(log);
        configure?.Invoke(Rig.Options);
        Publish(Stored);
        Sink = Open(change ?? (static request => request));
    }

    public ShardRig Rig { get; }

    public RecordingSink Sink { get; }

    public bool IsBlocked => _state == StreamState.Blocked;

    /// <summary>Its gap notices.</summary>
    public IEnumerable<Line> Gaps => Sink.Controls.Where(static line => line.Type == "longwave.gap");

    private bool IsCurrent =>
        Sink.Subscriber is { State: SubscriberState.Live, IsBlocked: false, Backlog.MissedFrom: < 0 } && !Rig.Shard.HasWork;

    public static SubscribeRequest Expires(SubscribeRequest request) =>
        request with { Identity = new StreamIdentity { Connection = "c-1", Expiry = Expiry } };

    public void Dispose() => Rig.Dispose();

    public void AdvanceTo(int second) => Rig.Clock.Advance(At(second) - Rig.Clock.GetUtcNow());

    public void Publish(int count)
    {
        for (int i = 0; i < count; i++)
        {
            long next = Rig.Log.Tip + 1;
            _published.Add(Rig.Publish(next % 2 == 1 ? "odd" : null, $"{next % 3}"));
        }
    }

    /// <summary>The reader is stopped in a page of another stream; behind it are more than a shard lends at a time.</summary>
    public void OccupyReaders()
    {
        _others.Add(Rig.OpenStopped(Rig.Start + 1));
        _others.AddRange(Enumerable.Range(0, 8).Select(_ => Rig.OpenAt(Rig.Start + 1)));
        Rig.Turn();
    }

    /// <summary>Releases the stream, which then reaches the live edge or its end.</summary>
    public void LetGo()
    {
        _others.ForEach(static other => other.Release());
        Sink.Release();
        Sink.Open();
        Rig.Turn();

        // What waits for the next delivery of a paced one is due.
        Rig.Clock.Advance(TimeSpan.FromSeconds(10));
        Rig.Until(() => Sink.Ended is not null || IsCurrent);
    }

    /// <summary>It has ended by now, or does so when its reader has given it back; no other stream's reader is needed for that.</summary>
    public void AssertEnds(CloseReason reason, string told)
    {
        if (_state is StreamState.Reading or StreamState.Conflating or StreamState.Joining)
        {
            Sink.Release();
            Rig.Until(() => Sink.Ended is not null);
        }

        Assert.Equal(reason, Sink.Ended);
        if (!IsBlocked)
        {
            Assert.Contains(told, Sink.Lines[^1].Data, StringComparison.Ordinal);
        }
    }

    /// <summary>The stream has every event that matches it, once and in order, except those that a gap notice reported.</summary>
    public void AssertWhole(long removedThrough = 0)
    {
        long start = Sink.Lines[0].Offset!.Value;
        long[] expected = [.. _published.Where(offset => offset > start && (_state != StreamState.Filtered || offset % 2 == 1))];
        long[] seen = [.. Sink.Events];
        Assert.Equal(seen.Order().Distinct(), seen);
        Assert.Subset(expected.ToHashSet(), seen.ToHashSet());
        foreach (long missing in expected.Except(seen))
        {
            bool superseded = _state == StreamState.Conflating && seen.Any(offset => offset > missing && offset % 3 == missing % 3);
            bool told = missing <= removedThrough && Gaps.Any();
            Assert.True(superseded || told, $"{missing} never came");
        }
    }

    private static DateTimeOffset At(int second) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(second);

    private static SubscribeRequest Change(StreamState state, SubscribeRequest request) => state switch
    {
        StreamState.Paced => request with { MaxRate = 0.1 },
        StreamState.Filtered => request with { Types = ["odd"] },
        StreamState.Expiring => Expires(request),
        _ => request,
    };

    private RecordingSink Open(Func<SubscribeRequest, SubscribeRequest> change)
    {
        switch (_state)
        {
            case StreamState.Queued:
                OccupyReaders();
                RecordingSink queued = Rig.OpenAt(Rig.Start + Seen, change);
                Rig.Turn();
                Assert.Equal(SubscriberState.Queued, queued.Subscriber.State);
                return queued;
            case StreamState.Reading:
                return Rig.OpenStopped(Rig.Start + Seen, change);
            case StreamState.Conflating:
                return Rig.OpenStopped(Rig.Start + Seen, request => change(request) with { Conflate = true });
            case StreamState.Joining:
                // It was given back when the reader is in a page of the next one, and the shard has not looked yet.
                RecordingSink joining = Rig.OpenStopped(Rig.Start + SeenWhenJoining, change);
                RecordingSink next = Rig.OpenAt(Rig.Start + 1);
                next.StopReader();
                _others.Add(next);
                Rig.Turn();
                joining.Release();
                Assert.True(next.Stopped.Wait(ShardRig.Patience));
                return joining;
            default:
                return OpenLive(change);
        }
    }

    private RecordingSink OpenLive(Func<SubscribeRequest, SubscribeRequest> change)
    {
        RecordingSink live = Rig.Open(request => Change(_state, change(request)));
        Rig.Until(() => live.Subscriber.State == SubscriberState.Live);
        switch (_state)
        {
            case StreamState.Blocked:
                live.Fill();
                Publish(3);
                Rig.Turn();
                Assert.True(live.Subscriber.IsBlocked);
                break;
            case StreamState.Paced:
                Publish(1);
                Rig.Turn();
                Publish(3);
                Rig.Turn();
                break;
            case StreamState.Filtered:
                Publish(3);
                Rig.Turn();
                break;
            case StreamState.Expiring:
                AdvanceTo(1_000);
                Rig.TickOnce();
                Assert.Contains(live.Controls, static line => line.Type == "longwave.token-expiring");
                break;
            case StreamState.Draining:
                Rig.Shard.Post(new ShardMessage(ShardMessageKind.Drain));
                Rig.Turn();
                break;
        }

        return live;
    }
}
