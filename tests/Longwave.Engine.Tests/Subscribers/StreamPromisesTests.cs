using Longwave.Engine.Fanout;
using Longwave.Engine.Log;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Tests.Fanout;
using static Longwave.Engine.Tests.Fanout.RecordingSink;

namespace Longwave.Engine.Tests.Subscribers;

/// <summary>
/// What the protocol promises a stream (spec/protocol.md, section 5), in every state that a subscriber can be in: a test is a promise, its
/// cases are the states. Each holds the stream in the state, lets the promise fall due, and lets the stream go.
/// </summary>
public sealed class StreamPromisesTests(LogFixture fixture) : IClassFixture<LogFixture>
{
    public static TheoryData<StreamState> States => [.. Enum.GetValues<StreamState>()];

    private EventLog Log => fixture.Log;

    /// <summary>The greeting contains the start position and a reconnection time.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Greeting_AnyState_NamesTheStartAndARetryTime(StreamState state)
    {
        using var stream = new StreamInState(state, Log);
        long start = stream.Rig.Start + state switch
        {
            StreamState.Queued or StreamState.Reading or StreamState.Conflating => StreamInState.Seen,
            StreamState.Joining => StreamInState.SeenWhenJoining,
            _ => StreamInState.Stored,
        };
        Assert.Equal([Kind.Heartbeat, Kind.Retry], stream.Sink.Lines.Take(2).Select(static line => line.Kind));
        Assert.Equal(start, stream.Sink.Lines[0].Offset);
        Assert.InRange(int.Parse(stream.Sink.Lines[1].Data, null), 1_000, 5_000);
    }

    /// <summary>An invalid position causes a reset directly after the greeting, in every state.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Reset_AnyState_IsSentFirst(StreamState state)
    {
        // A stream that would have caught up starts at the earliest event instead.
        using var stream = new StreamInState(state, Log, static request => request with { LastEventId = "00000000-3", Since = request.LastEventId is null ? Since.Live : Since.Earliest });
        stream.LetGo();
        Line told = Assert.Single(stream.Sink.Controls, static line => line.Type == "longwave.reset");
        Assert.Same(told, stream.Sink.Lines[2]);
    }

    /// <summary>One heartbeat per interval. It contains the position up to which the client has every event: a client that resumes there misses none.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Heartbeat_AnyState_IsSentOnceWithTheSentPosition(StreamState state)
    {
        using var stream = new StreamInState(state, Log);
        int before = stream.Sink.Heartbeats.Count();
        stream.Rig.TickOnce();
        if (stream.IsBlocked)
        {
            Assert.Equal(before, stream.Sink.Heartbeats.Count());
            stream.LetGo();
            stream.Rig.TickOnce();
        }

        if (state is StreamState.Reading or StreamState.Conflating)
        {
            // It follows the page that is being read, with many pages left.
            stream.Sink.Release();
            stream.Rig.Until(() => stream.Sink.Heartbeats.Count() > before);
        }

        Assert.Equal(before + 1, stream.Sink.Heartbeats.Count());
        int at = stream.Sink.Lines.FindLastIndex(static line => line.Kind == Kind.Heartbeat);
        long position = stream.Sink.Lines[at].Offset!.Value;
        long? exact = state switch
        {
            StreamState.Queued => stream.Rig.Start + StreamInState.Seen,
            StreamState.Reading => stream.Rig.Start + StreamInState.Seen + stream.Rig.Options.Limits.CatchUpPageEvents,
            StreamState.Conflating or StreamState.Paced => null,
            _ => Log.Tip,
        };
        Assert.Equal(exact ?? position, position);
        stream.LetGo();
        stream.AssertWhole();
        Assert.All(stream.Sink.Lines.Take(at).Where(static line => line.Kind == Kind.Event), line => Assert.True(line.Offset <= position));
        Assert.All(stream.Sink.Lines.Skip(at).Where(static line => line.Kind == Kind.Event), line => Assert.True(line.Offset > position));
    }

    /// <summary>A stream from the start of the log or from a time has no position to resume at before the first read.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Heartbeat_NothingReadYet_HasNoPosition(bool sinceTime)
    {
        Since since = sinceTime ? Since.At(DateTimeOffset.UnixEpoch) : Since.Earliest;
        using var stream = new StreamInState(StreamState.Queued, Log, request => request with { LastEventId = null, Since = since });
        stream.Rig.TickOnce();
        Assert.Equal([0, null], stream.Sink.Heartbeats.Select(static line => line.Offset));
    }

    /// <summary>An answer that is not a stream has no heartbeats: it learns after each page how far the log was read.</summary>
    [Fact]
    public void Position_PollReadsTheLog_IsReportedPageByPage()
    {
        using var poll = new StreamInState(StreamState.Reading, Log, static request => request with { Streaming = false });
        poll.Rig.TickOnce();
        poll.LetGo();
        long[] pages = [.. Enumerable.Range(1, 8).Select(page => poll.Rig.Start + StreamInState.Seen + (page * poll.Rig.Options.Limits.CatchUpPageEvents))];
        Assert.Equal(pages, poll.Sink.Positions.Where(static position => !position.IsLive).Select(static position => position.Offset));
        Assert.Equal((Log.Tip, true), poll.Sink.Positions[^1]);
        Assert.Empty(poll.Sink.Heartbeats);
    }

    /// <summary>The positions on one connection never decrease, from state to state.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Heartbeat_AnySequenceOfStates_PositionNeverGoesBack(StreamState state)
    {
        using var stream = new StreamInState(state, Log);
        stream.Rig.TickOnce();
        for (int i = 0; i < 3; i++)
        {
            stream.LetGo();
            stream.Rig.TickOnce();
            stream.Sink.Fill();
            stream.Rig.TickOnce();
            stream.Publish(StreamInState.Stored);
            stream.Rig.Turn();
            stream.Rig.TickOnce();
        }

        stream.LetGo();
        stream.Rig.TickOnce();
        long?[] positions = [.. stream.Sink.Heartbeats.Select(static line => line.Offset)];
        Assert.Equal(positions.Order(), positions);
        Assert.Equal(Log.Tip, positions[^1]);
        stream.AssertWhole();
    }

    /// <summary>A live stream got a position beyond its last event, and then lags so far that it must read the log.</summary>
    [Fact]
    public void Heartbeat_LiveStreamReadsTheLogAgain_PositionDoesNotGoBack()
    {
        using var stream = new StreamInState(StreamState.Live, Log);
        stream.Rig.Publish(topic: "elsewhere");
        stream.Rig.Turn();
        long told = Log.Tip;
        stream.Sink.Fill();
        stream.Rig.TickOnce();
        Assert.Equal(told, stream.Sink.Heartbeats.Last().Offset);
        stream.Publish(StreamInState.Stored);
        stream.OccupyReaders();
        stream.Sink.Open();
        stream.Rig.TickOnce();
        Assert.Equal(SubscriberState.Queued, stream.Sink.Subscriber.State);
        Assert.Equal(told, stream.Sink.Heartbeats.Last().Offset);
        Assert.Equal(3, stream.Sink.Heartbeats.Count());
    }

    /// <summary>Every event that matches is sent once, in order; of a conflated stream the newest of each key.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Publish_AnyState_ArrivesOnceInOrder(StreamState state)
    {
        using var stream = new StreamInState(state, Log);
        for (int i = 0; i < 2; i++)
        {
            stream.Publish(6);
            stream.LetGo();
        }

        stream.AssertWhole();
    }

    /// <summary>Events that retention removed before they were sent are reported as a gap; a stream that lacked no event gets no gap.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Gap_AnyState_CoversWhatWasRemoved(StreamState state)
    {
        using var stream = new StreamInState(state, Log);
        long removed = Log.Tip - 1;
        stream.Rig.Remove(removed);
        int sent = stream.Sink.Lines.Count;
        stream.LetGo();
        if (state is not (StreamState.Reading or StreamState.Conflating))
        {
            // The page that was being written had been read before; everything else is looked at after the removal.
            Assert.DoesNotContain(stream.Sink.Lines.Skip(sent), line => line.Kind == Kind.Event && line.Offset <= removed);
        }

        stream.Publish(3);
        stream.LetGo();
        stream.AssertWhole(removed);
        if (state is StreamState.Live or StreamState.Filtered or StreamState.Expiring or StreamState.Draining)
        {
            Assert.Empty(stream.Gaps);
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Expiry_AnyState_SendsOneNotice(StreamState state)
    {
        using var stream = new StreamInState(state, Log, StreamInState.Expires, static options => options.StallTimeout = TimeSpan.MaxValue);
        stream.AdvanceTo(1_001);
        stream.Rig.TickOnce();
        if (state == StreamState.Queued)
        {
            // No reader is needed for that.
            Assert.Single(stream.Sink.Controls, static line => line.Type == "longwave.token-expiring");
        }

        stream.LetGo();
        stream.Rig.TickOnce();
        Assert.Single(stream.Sink.Controls, static line => line.Type == "longwave.token-expiring");
        Assert.Null(stream.Sink.Ended);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void IdentityEnd_AnyState_EndsWithAReason(StreamState state)
    {
        using var stream = new StreamInState(
            state, Log, StreamInState.Expires, static options => (options.StallTimeout, options.MaxConnectionAge) = (TimeSpan.MaxValue, TimeSpan.Zero));
        stream.AdvanceTo(100_011);
        stream.Rig.TickOnce();
        stream.AssertEnds(CloseReason.TokenExpired, """{"reason":"token-expired"}""");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void MaxAge_AnyState_SendsReconnect(StreamState state)
    {
        using var stream = new StreamInState(state, Log, configure: static options => options.StallTimeout = TimeSpan.MaxValue);
        stream.Rig.Clock.Advance(state == StreamState.Draining ? stream.Rig.Options.DrainWindow : stream.Rig.Options.MaxConnectionAge * 1.2);
        stream.Rig.TickOnce();
        stream.AssertEnds(state == StreamState.Draining ? CloseReason.Drain : CloseReason.Age, "retry");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Drain_AnyState_SendsReconnectWithinTheWindow(StreamState state)
    {
        using var stream = new StreamInState(state, Log, configure: static options => options.StallTimeout = TimeSpan.MaxValue);
        stream.Rig.Shard.Post(new ShardMessage(ShardMessageKind.Drain));
        stream.Rig.Turn();
        stream.Rig.Clock.Advance(stream.Rig.Options.DrainWindow);
        stream.Rig.TickOnce();
        stream.AssertEnds(CloseReason.Drain, "retry");
    }

    /// <summary>Only the stream of a client that accepts no bytes ends for this reason.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Stall_AnyState_EndsOnlyBlockedStreams(StreamState state)
    {
        using var stream = new StreamInState(state, Log);
        stream.Rig.Clock.Advance(stream.Rig.Options.StallTimeout + TimeSpan.FromSeconds(1));
        stream.Rig.TickOnce();
        Assert.Equal(stream.IsBlocked ? CloseReason.Stalled : null, stream.Sink.Ended);
        stream.LetGo();
        Assert.Equal(stream.IsBlocked ? CloseReason.Stalled : null, stream.Sink.Ended);
    }
}
