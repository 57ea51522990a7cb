using Longwave.Engine.Access;
using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Access;

public sealed class TopicPagesTests
{
    private const int Topics = 30_000;

    /// <summary>Topics are added and removed in any order: every page equals that of a sorted list.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_TopicsComeAndGo_ReturnsSortedPages(int seed)
    {
        var random = new Random(seed);
        var table = new TopicTable(new TopicPolicies([]));
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (int step = 0; step < 8_000; step++)
        {
            string name = $"{(char)('a' + random.Next(3))}/{random.Next(4_000)}";
            if (names.Add(name))
            {
                Add(table, name);
            }
            else if (random.Next(2) == 0 && table.TryGet(name, out Topic? topic))
            {
                names.Remove(name);
                table.Forget(topic);
            }
        }

        Assert.Equal(names, ReadAll(table, null, null, random.Next(1, 500)));
        Assert.Equal(names.Where(static name => name.StartsWith("b/", StringComparison.Ordinal)), ReadAll(table, Select("b/{id}"), null, random.Next(1, 500)));
        Assert.Equal(names.Where(static name => name.EndsWith('7')), ReadAll(table, Select("{kind}/{id}"), null, 500).Where(static name => name.EndsWith('7')));
        string some = names.ElementAt(names.Count / 2);
        Assert.Equal([some], ReadAll(table, Select(some), null, 10));
        Assert.Empty(new TopicPages(table).Read(Select(some), some, 10, null).Topics);
    }

    /// <summary>Whatever the number of topics, a page allocates and looks at a bounded amount, and the names that the caller may not see are not in its cursor.</summary>
    [Fact]
    public void Read_FilterMatchesNothing_WorkOfAPageIsBounded()
    {
        var table = new TopicTable(new TopicPolicies([]));
        for (int i = 0; i < Topics; i++)
        {
            Add(table, $"secret/{i:D6}/status");
        }

        Add(table, "zoo/7");
        var access = new ReadAccess([new Grant(Select("{area}/7"))], []);
        var pages = new TopicPages(table);
        pages.Read(null, null, 100, access);
        long before = GC.GetAllocatedBytesForCurrentThread();
        TopicPage page = pages.Read(null, null, 100, access);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 512 * 1_024);
        Assert.Empty(page.Topics);
        Assert.Null(page.Total);
        int read = 1;
        for (; page.Next is not null; read++)
        {
            Assert.DoesNotContain("secret", page.Next, StringComparison.Ordinal);
            page = pages.Read(null, page.Next, 100, access);
        }

        Assert.Equal("zoo/7", Assert.Single(page.Topics).Name);
        Assert.InRange(read, Topics / 5_000, 1 + (Topics / 4_000));
    }

    /// <summary>Long names that match only at their end: a page ends after a limited work, and the next one continues.</summary>
    [Fact]
    public void Read_MatchesTakeLong_PagesContinue()
    {
        var table = new TopicTable(new TopicPolicies([]));
        string name = new('a', 1_000);
        for (int i = 0; i < 6_000; i++)
        {
            Add(table, $"{name}{i:D4}{(i % 100 == 0 ? "z" : "")}");
        }

        var pages = new TopicPages(table);
        List<string> found = [];
        string? after = null;
        int read = 0;
        do
        {
            TopicPage page = pages.Read(Select("{x}z"), after, 1_000, null);
            found.AddRange(page.Topics.Select(static topic => topic.Name));
            after = page.Next;
            read++;
        }
        while (after is not null);
        Assert.Equal(60, found.Count);
        Assert.InRange(read, 3, 6);
    }

    [Fact]
    public void Read_TopicOfTheCursorWasRemoved_ReportsIt()
    {
        var table = new TopicTable(new TopicPolicies([]));
        for (int i = 0; i < 5_000; i++)
        {
            Add(table, $"secret/{i:D6}");
        }

        var access = new ReadAccess([new Grant(Select("other/{id}"))], []);
        TopicPage first = new TopicPages(table).Read(null, null, 10, access);
        Assert.True(table.TryGet(int.Parse(first.Next![1..], null), out Topic? last));
        table.Forget(last);
        Assert.True(new TopicPages(table).Read(null, first.Next, 10, access).IsCursorUnknown);
    }

    private static List<string> ReadAll(TopicTable table, Selector? filter, ReadAccess? access, int limit)
    {
        var names = new List<string>();
        string? after = null;
        do
        {
            TopicPage page = new TopicPages(table).Read(filter, after, limit, access);
            Assert.InRange(page.Topics.Count, 0, limit);
            names.AddRange(page.Topics.Select(static topic => topic.Name));
            after = page.Next;
        }
        while (after is not null);
        return names;
    }

    private static void Add(TopicTable table, string name) => table.Add(name).Added(1, 1);

    private static Selector Select(string text) => Selector.TryParse(text, out Selector? parsed, out string? error) ? parsed : throw new ArgumentException(error, nameof(text));
}
