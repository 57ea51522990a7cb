using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;

namespace Longwave.Engine.Tests.Topics;

public sealed class PatternIndexTests
{
    private static readonly UrlParts Base = UrlParts.Parse("https://hub.example/.well-known/mercure")!;

    /// <summary>Random additions and removals, compared with a list of all items.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Find_ItemsComeAndGo_AgreesWithAList(int seed)
    {
        var random = new Random(seed);
        var index = new PrefixIndex<int>();
        List<(string Prefix, int Item)> all = [];
        for (int step = 0; step < 3_000; step++)
        {
            if (random.Next(2) == 0 || all.Count == 0)
            {
                all.Add((Text(random, 4), step));
                index.Add(all[^1].Prefix, step);
            }
            else
            {
                (string prefix, int item) = all[random.Next(all.Count)];
                all.Remove((prefix, item));
                index.Remove(prefix, item);
            }

            string key = Text(random, 6);
            Assert.Equal(all.Where(one => key.StartsWith(one.Prefix, StringComparison.Ordinal)).Select(static one => one.Item).Order(), Items(index.Find(key)).Order());
            string asked = Text(random, 3);
            Assert.Equal(
                all.Select(static one => one.Prefix).Append(asked).Where(prefix => prefix.StartsWith(asked, StringComparison.Ordinal))
                    .Max(prefix => all.Count(one => prefix.StartsWith(one.Prefix, StringComparison.Ordinal))),
                index.LargestLoad(asked));
        }
    }

    [Fact]
    public void FindMatches_TemplatesAndUrlPatterns_AgreesWithEachPattern()
    {
        string[] templates = ["a/{x}", "{x}", "a/b/{x}", "{+x}/z", "prices/{x}{?y}", "{"];
        string[] patterns = ["/a/:x", "https://example.com/a/*", "https://*/a/b", "*://example.com/:x", "http{s}?://example.com/a/(b|c)", "urn\\:a\\::x"];
        Selector[] selectors = [.. templates.Select(Template).OfType<Selector>(), .. patterns.Select(Pattern)];
        var index = new PatternIndex<Selector>(static selector => selector);
        Array.ForEach(selectors, index.Add);
        foreach (string topic in (string[])["a/b", "a/b/c", "x", "/a/1", "https://example.com/a/b", "HTTPS://EXAMPLE.com/a/c", "http://example.com/a/b", "urn:a:1", "prices/1?y=2", "https://hub.example/a/b", "http://[", ""])
        {
            long work = 0;
            List<Selector> found = [];
            index.FindMatches(topic, found, ref work);
            Assert.Equal(selectors.Where(selector => selector.Matches(topic)).Select(static selector => selector.Text).Order(), found.Select(static selector => selector.Text).Order());
            Assert.Equal(found.Count > 0, index.HasMatch(topic, ref work));
        }

        Array.ForEach(selectors, index.Remove);
        Assert.Equal(0, index.Bases);
    }

    /// <summary>10,000 patterns with prefixes of their own: a topic meets one of them.</summary>
    [Fact]
    public void FindMatches_ManyPatterns_MeetsOnlyThoseOfItsPrefix()
    {
        var index = new PatternIndex<Selector>(static selector => selector);
        for (int i = 0; i < 10_000; i++)
        {
            index.Add(Template($"users/{i}/{{event}}")!);
        }

        long work = 0;
        List<Selector> found = [];
        index.FindMatches("users/1234/created", found, ref work);
        Assert.Equal("users/1234/{event}", Assert.Single(found).Text);
        Assert.InRange(work, 1, 100);
    }

    private static List<int> Items(PrefixNode<int>? node)
    {
        List<int> items = [];
        for (; node is not null; node = node.Parent)
        {
            items.AddRange(node.Items);
        }

        return items;
    }

    private static string Text(Random random, int most) => string.Concat(Enumerable.Range(0, random.Next(most + 1)).Select(_ => "abc"[random.Next(3)]));

    private static Selector? Template(string text) => Selector.TryParse(text, out Selector? parsed, out _) ? parsed : null;

    private static Selector Pattern(string text) => Selector.TryParseUrlPattern(text, Base, out Selector? parsed, out string? error) ? parsed : throw new ArgumentException(error, nameof(text));
}
