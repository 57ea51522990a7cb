using Longwave.Engine.Topics;

namespace Longwave.Engine.Tests.Topics;

public sealed class TopicTableTests
{
    [Fact]
    public void Count_AfterAddAndRemove_IsThatOfTheRemainingTopics()
    {
        var table = new TopicTable(new TopicPolicies([]));
        table.Load(7, "loaded");
        Topic[] added = [.. Enumerable.Range(0, 100).Select(i => table.Add($"added/{i}"))];
        Assert.Equal(101, table.Count);

        Array.ForEach(added[..40], table.Forget);
        table.Forget(added[0]);
        Assert.Equal(61, table.Count);
        Assert.Equal(61, table.All.Count());
    }
}
