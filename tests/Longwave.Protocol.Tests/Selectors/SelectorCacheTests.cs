using System.Runtime.CompilerServices;
using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Tests.Selectors;

public sealed class SelectorCacheTests
{
    [Fact]
    public void TryParse_SamePatternTwice_IsCompiledOnce()
    {
        UrlParts hub = UrlParts.Parse("https://hub.example/.well-known/mercure")!;
        Assert.Same(Template("cache/{once}"), Template("cache/{once}"));
        Assert.True(Selector.TryParseUrlPattern("/cache/:once", hub, out Selector? first, out _));
        Assert.True(Selector.TryParseUrlPattern("/cache/:once", UrlParts.Parse("https://hub.example/.well-known/mercure")!, out Selector? second, out _));
        Assert.Same(first, second);
    }

    [Fact]
    public void RemoveEnded_LastUserLeft_TheEntryEnds()
    {
        var cache = new SelectorCache(10);
        Selector kept = cache.Add(Template("kept/{x}"));
        AddAndForget(cache, 5);
        Assert.Equal(6, cache.Count);
        GC.Collect();
        cache.RemoveEnded();
        Assert.Equal(1, cache.Count);
        Assert.True(cache.TryGet(SelectorKind.Template, "kept/{x}", null, out Selector? found));
        Assert.Same(kept, found);
    }

    [Fact]
    public void Add_MoreThanTheLimit_IsBoundedAndMakesRoom()
    {
        var cache = new SelectorCache(8);
        AddAndForget(cache, 200);
        Assert.InRange(cache.Count, 1, 8);
        GC.Collect();
        List<Selector> used = [];
        for (int i = 0; i < 50; i++)
        {
            used.Add(cache.Add(Template($"more/{i}/{{x}}")));
            Assert.InRange(cache.Count, 0, 8);
        }

        Assert.Contains(used, selector => cache.TryGet(SelectorKind.Template, selector.Text, null, out Selector? found) && ReferenceEquals(found, selector));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddAndForget(SelectorCache cache, int count)
    {
        for (int i = 0; i < count; i++)
        {
            cache.Add(Template($"forgotten/{i}/{{x}}"));
        }
    }

    private static Selector Template(string text)
    {
        Assert.True(Selector.TryParse(text, out Selector? selector, out string? error), error);
        return selector;
    }
}
