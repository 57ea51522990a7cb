using System.Buffers;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Events;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Protocol.Tests;

/// <summary>Code that runs per event or per delivery allocates nothing. The tests count bytes, not time, so the outcome is the same on every machine.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Data = "{\"p\":187.23,\n\"v\":1200}"u8.ToArray();
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    [Theory]
    [InlineData(EventFormat.Sse)]
    [InlineData(EventFormat.SseWithTopics)]
    [InlineData(EventFormat.SseCloudEvents)]
    [InlineData(EventFormat.Json)]
    [InlineData(EventFormat.JsonCloudEvents)]
    public void WriteFrame_EveryFormat_AllocatesNothing(EventFormat format) => AssertNothing(() =>
    {
        _buffer.ResetWrittenCount();
        EventFrames.Write(_buffer, format, new EventView
        {
            Position = new Position(1, 2), TimeUnixMs = 1795417020123, Topic = "prices/é", Type = "tick", Key = "k", ContentType = "application/json",
            Attributes = "{\"id\":\"1\",\"source\":\"/s\"}", Data = Data,
        });
        EventFrames.WriteHeartbeat(_buffer, format, new Position(1, 2));
    });

    [Fact]
    public void Check_AllowedEvent_AllocatesNothing()
    {
        var e = new Event { Topic = "prices/é", Type = "tick", Data = Data, Attributes = "{\"id\":\"1\",\"source\":\"/s\"}" };
        AssertNothing(() => Assert.True(EventRules.Check(e, 1024) is null));
    }

    [Fact]
    public void Matches_Template_AllocatesNothing()
    {
        Assert.True(Selector.TryParse("prices/{symbol}{?x,y}", out Selector? selector, out _));
        AssertNothing(() => selector.Matches("prices/AAPL?x=1&y=2"));
    }

    [Fact]
    public void TryRead_Heartbeats_AllocateNothing()
    {
        var parser = new EventStreamParser();
        AssertNothing(() =>
        {
            ReadOnlySpan<byte> input = ": 5f3a9c1e-1042\nretry: 5\n\n"u8;
            parser.TryRead(ref input, out _);
        });
    }

    [Fact]
    public void TryParseAndFormat_Position_AllocateNothing() => AssertNothing(() =>
    {
        Span<byte> text = stackalloc byte[Position.MaxTextLength];
        new Position(1, long.MaxValue).TryFormat(text, out int written);
        Assert.True(Position.TryParse(text[..written], out _));
    });

    private static void AssertNothing(Action act)
    {
        for (int i = 0; i < 100; i++)
        {
            act(); // Pools and statics fill.
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            act();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
