using Longwave.Protocol.Events;

namespace Longwave.Protocol.Tests.Events;

public sealed class EventRulesTests
{
    private static readonly Event Plain = new() { Topic = "prices/AAPL", Type = "tick", Data = "{\"p\":1}"u8.ToArray() };

    [Fact]
    public void Check_PlainEvent_IsAllowed() => Assert.Null(EventRules.Check(Plain, 1024));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a\nb")]
    [InlineData("a\u007fb")]
    [InlineData("a\u0085b")]
    public void Check_FaultyTopic_NamesTopic(string topic)
    {
        EventProblem? problem = EventRules.Check(Plain with { Topic = topic }, 1024);
        Assert.Equal(("topic", EventProblemKind.Invalid), (problem?.Field, problem?.Kind));
    }

    [Fact]
    public void CheckTopic_LoneSurrogate_IsRejected()
    {
        // Attributes of a test can't hold these: metadata is UTF-8.
        Assert.NotNull(EventRules.CheckTopic("a\ud800b"));
        Assert.NotNull(EventRules.CheckTopic("a\ud800"));
        Assert.NotNull(EventRules.CheckTopic("a\udc00"));
        Assert.Null(EventRules.CheckTopic("a\ud83d\ude00"));
    }

    [Theory]
    [InlineData("longwave.gap")]
    [InlineData("a\rb")]
    [InlineData("a\0")]
    public void Check_FaultyType_NamesType(string type) =>
        Assert.Equal("type", EventRules.Check(Plain with { Type = type }, 1024)?.Field);

    [Fact]
    public void Check_TopicAtLimitInBytes_IsAllowedAndOneMoreIsNot()
    {
        Assert.Null(EventRules.Check(Plain with { Topic = new string('é', 512) }, 1024));
        EventProblem? problem = EventRules.Check(Plain with { Topic = new string('é', 512) + "x" }, 1024);
        Assert.Equal(("topic", EventProblemKind.TooLarge), (problem?.Field, problem?.Kind));
    }

    [Fact]
    public void Check_Data_IsLimitedAndMustBeUtf8()
    {
        Assert.Equal(EventProblemKind.TooLarge, EventRules.Check(Plain with { Data = new byte[1025] }, 1024)?.Kind);
        Assert.Equal(EventProblemKind.NotUtf8, EventRules.Check(Plain with { Data = new byte[] { 0xC0, 0x80 } }, 1024)?.Kind);
        Assert.Null(EventRules.Check(Plain with { Data = default }, 0));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("{\"id\":\"1\"}", true)]
    [InlineData("{\"id\":\n1}", false)]
    [InlineData("[]", false)]
    [InlineData("{} {}", false)]
    [InlineData("{", false)]
    public void Check_Attributes_MustBeOneJsonObject(string attributes, bool allowed) =>
        Assert.Equal(allowed, EventRules.Check(Plain with { Attributes = attributes }, 1024) is null);

    [Fact]
    public void Check_Alternates_FollowTheRulesOfTopics()
    {
        Assert.Null(EventRules.Check(Plain with { Alternates = ["a", "b"] }, 1024));
        Assert.Equal("topic", EventRules.Check(Plain with { Alternates = ["a", "b\n"] }, 1024)?.Field);
        Assert.Equal(
            EventProblemKind.TooLarge,
            EventRules.Check(Plain with { Alternates = Enumerable.Repeat("a", EventRules.MaxAlternates + 1).ToList() }, 1024)?.Kind);
    }
}
