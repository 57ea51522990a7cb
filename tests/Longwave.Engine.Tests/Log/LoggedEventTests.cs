using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Log;

public sealed class LoggedEventTests
{
    /// <summary>Long texts of other fields than the data count, or events with little data would fill the memory beyond the bound of the hot tail.</summary>
    [Theory]
    [MemberData(nameof(LongTexts))]
    public void Size_OfAnEventWithLongText_IsAtLeastThatOfItsStrings(Event e, long characters)
    {
        var topic = new Topic(1, "t", new TopicPolicy());
        var tail = new LoggedEvent(e, topic, [], new Position(1, 1), 0);
        Assert.InRange(tail.Size, sizeof(char) * characters, 5 * sizeof(char) * characters);
        Assert.Equal(LoggedEvent.SizeOf(e), tail.Size);
    }

    public static TheoryData<Event, long> LongTexts()
    {
        string text = new('a', 1_000);
        return new()
        {
            { new Event { Topic = "t", Attributes = text }, 1_000 },
            { new Event { Topic = "t", Key = text, Id = text }, 2_000 },
            { new Event { Topic = "t", Alternates = [.. Enumerable.Repeat(text, 100)] }, 100_000 },
        };
    }
}
