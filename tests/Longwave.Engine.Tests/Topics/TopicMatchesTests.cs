using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Topics;

public sealed class TopicMatchesTests
{
    /// <summary>A topic that was removed and created again is found twice; the other topic may still be unknown.</summary>
    [Fact]
    public void TrimmedThrough_OneTopicReturnedAndTheOtherWasRemoved_ReportsTheLoss()
    {
        var topics = new TopicTable(new TopicPolicies([]));
        var matches = new TopicMatches(new TopicFilter([Select("a"), Select("b")]), topics, most: 1_024);
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

    /// <summary>The list is bounded: beyond the limit the names are matched, and the answers stay the same.</summary>
    [Fact]
    public void Refresh_MoreTopicsThanTheLimit_DropsTheListAndStillMatches()
    {
        var topics = new TopicTable(new TopicPolicies([]));
        var matches = new TopicMatches(new TopicFilter([Select("a/{n}"), Select("b")]), topics, most: 3);
        Topic[] wanted = [topics.Add("a/0"), topics.Add("a/1"), topics.Add("b")];
        Topic other = topics.Add("c");
        matches.Refresh();
        Assert.Equal(wanted, matches.Found?.OrderBy(static topic => topic.Id));

        Topic last = topics.Add("a/2");
        matches.Refresh();
        Assert.Null(matches.Found);
        Assert.All(wanted, topic => Assert.True(Contains(topic)));
        Assert.Equal((true, false), (Contains(last), Contains(other)));
        bool Contains(Topic topic)
        {
            long work = 0;
            return matches.Contains(topic, ref work);
        }
    }

    /// <summary>Matching many topics does not occupy a thread: each call ends soon, and the next one continues.</summary>
    [Fact]
    public void Refresh_WorkAboveTheLimit_ContinuesInTheNextCall()
    {
        var topics = new TopicTable(new TopicPolicies([]));
        var matches = new TopicMatches(new TopicFilter([Select("a/{n}")]), topics, most: 1_024);
        for (int i = 0; i < 500; i++)
        {
            topics.Add($"a/{i}");
        }

        int calls = 1;
        int found = 0;
        for (; !matches.Refresh(maxWork: 1_000); calls++)
        {
            Assert.InRange(matches.Found!.Count - found, 1, 100);
            found = matches.Found.Count;
        }

        Assert.InRange(calls, 6, 100);
        Assert.Equal(500, matches.Found!.Count);
    }

    [Fact]
    public void TrimmedThrough_StreamEnds_StopsSoon()
    {
        var topics = new TopicTable(new TopicPolicies([]));
        string name = new('a', 1_000);
        var matches = new TopicMatches(new TopicFilter([Select("{n}"), Select("{+n}x")]), topics, most: 1);
        for (int i = 0; i < 5_000; i++)
        {
            topics.Add($"{name}{i}/").Trimming(i + 1);
        }

        topics.Add("first");
        topics.Add("second");
        matches.Refresh();
        Assert.Null(matches.Found);
        topics.NoteTrimmed(5_000);
        int checks = 0;
        matches.TrimmedThrough(() => ++checks == 2);
        Assert.Equal(2, checks);
    }

    /// <summary>Without the list, too, only removals from requested topics count, whatever their order.</summary>
    [Fact]
    public void TrimmedThrough_ListDropped_CountsRequestedTopicsOnly()
    {
        var topics = new TopicTable(new TopicPolicies([]));
        var matches = new TopicMatches(new TopicFilter([Select("a/{n}")]), topics, most: 1);
        (Topic first, Topic second, Topic other) = (topics.Add("a/0"), topics.Add("a/1"), topics.Add("c"));
        matches.Refresh();
        Assert.Null(matches.Found);
        Assert.Equal(0, matches.TrimmedThrough());

        Trim(other, 90);
        Assert.Equal(0, matches.TrimmedThrough());
        Trim(second, 50);
        Assert.Equal(50, matches.TrimmedThrough());
        Trim(first, 40);
        Assert.Equal(50, matches.TrimmedThrough());
        topics.Forget(other);
        Assert.Equal(90, matches.TrimmedThrough());

        void Trim(Topic topic, long through)
        {
            topic.Trimming(through);
            topics.NoteTrimmed(through);
        }
    }

    private static Selector Select(string text) => Selector.TryParse(text, out Selector? parsed, out string? error) ? parsed : throw new ArgumentException(error, nameof(text));
}
