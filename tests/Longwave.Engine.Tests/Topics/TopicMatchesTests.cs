using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Topics;

public sealed class TopicMatchesTests
{
    /// <summary>A topic that came, went and came back stands for two in what was found: the other one may still be unknown.</summary>
    [Fact]
    public void TrimmedThrough_OneTopicReturnedAndTheOtherWasRemoved_ReportsTheLoss()
    {
        var topics = new TopicTable(new TopicPolicies([]));
        var matches = new TopicMatches(new TopicFilter([Select("a"), Select("b")]), topics);
        Topic a = topics.Add("a");
        matches.Refresh();
        topics.Forget(a);
        topics.Add("a");
        Topic b = topics.Add("b");
        b.Added(40, 1);
        b.Trimming(40);
        b.Removed(1, 1, 0);
        topics.Forget(b);
        matches.Refresh();
        Assert.Equal(40, matches.TrimmedThrough());
    }

    private static Selector Select(string text) => Selector.TryParse(text, out Selector? parsed, out string? error) ? parsed : throw new ArgumentException(error, nameof(text));
}
