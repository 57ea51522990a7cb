using Longwave.Engine.Configuration;
using Longwave.Engine.Topics;
using Longwave.Interleaving.Tests.Schedules;

namespace Longwave.Interleaving.Tests.Topics;

public sealed class TopicTests
{
    private static readonly Action<Topic>[] Changes =
    [
        static topic => topic.Added(1, 10),
        static topic => topic.Added(2, 20),
        static topic => topic.Trimming(1),
        static topic => topic.Removed(1, 10, 2),
        static topic => topic.Trimming(2),
        static topic => topic.Removed(1, 20, 0),
        static topic => topic.Added(7, 70),
        static topic => topic.Added(9, 90),
    ];

    [Fact]
    public void Describe_WriterChangesCounts_ReturnsAConsistentSnapshot()
    {
        Topic model = New();
        List<TopicInfo> moments = [model.Describe()];
        foreach (Action<Topic> change in Changes)
        {
            change(model);
            moments.Add(model.Describe());
        }

        Schedule.Explore(1_000, _ =>
        {
            Topic topic = New();
            return
            [
                () => Array.ForEach(Changes, change => change(topic)),
                () =>
                {
                    int last = 0;
                    for (int i = 0; i < 6; i++)
                    {
                        int moment = moments.IndexOf(topic.Describe());
                        Assert.True(moment >= last, "figures of different moments, or of an earlier one than before");
                        last = moment;
                    }
                },
            ];
        });
    }

    private static Topic New() => new(1, "t", new TopicPolicy());
}
