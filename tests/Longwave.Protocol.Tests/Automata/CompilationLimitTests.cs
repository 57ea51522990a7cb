using Longwave.Protocol.Automata;
using Longwave.Protocol.Selectors;
using Longwave.Protocol.Urls;

namespace Longwave.Protocol.Tests.Automata;

public sealed class CompilationLimitTests
{
    private const string Costly = "{a:90}{b:90}{c:90}{d:90}{e:90}{f:90}{g:90}{h:90}{i:90}{j:90}";

    private static readonly UrlParts Base = UrlParts.Parse("http://localhost/")!;

    [Fact]
    public void TryRun_WithinTheLimit_ReturnsTheResult()
    {
        Assert.True(CompilationLimit.TryRun(100_000, static () => Selector.TryParse("limit/within/{x}", out _, out _), out bool parsed));
        Assert.True(parsed);
    }

    /// <summary>The number of compilations is limited, not only their steps: a compilation also has a fixed cost.</summary>
    [Fact]
    public void TryRun_ManySimplePatterns_StopsAtTheLimit()
    {
        int parsed = 0;
        Assert.False(CompilationLimit.TryRun(
            16_384, () => Enumerable.Range(0, 1_000).Count(i => Selector.TryParse($"limit/many/{i}/{{x}}", out _, out _) && parsed++ >= 0), out _));
        Assert.InRange(parsed, 1, 16);
    }

    /// <summary>The compilation itself stops, long before the limit of a single pattern.</summary>
    [Fact]
    public void TryRun_CostlyTemplate_StopsWithinItsSteps()
    {
        Assert.False(CompilationLimit.TryRun(16_384, static () => Selector.TryParse(Costly, out _, out _), out bool parsed));
        Assert.False(parsed);
    }

    [Fact]
    public void TryRun_CostlyUrlPattern_StopsWithinItsSteps() => Assert.False(CompilationLimit.TryRun(
        16_384, static () => Selector.TryParseUrlPattern("http://localhost/(.*a.{11}b)", Base, out _, out _), out _));

    /// <summary>A pattern in use costs nothing, also beyond the limit.</summary>
    [Fact]
    public void TryRun_PatternsInUse_CountNothing()
    {
        Selector[] used = [.. Enumerable.Range(0, 100).Select(static i => Parse($"limit/used/{i}/{{x}}"))];
        Assert.True(CompilationLimit.TryRun(0, () => used.All(static one => ReferenceEquals(one, Parse(one.Text))), out bool areSame));
        Assert.True(areSame);
    }

    [Fact]
    public void TryRun_AfterAFailure_LeavesNoLimit()
    {
        Assert.Throws<InvalidOperationException>(static () => CompilationLimit.TryRun<bool>(0, static () => throw new InvalidOperationException(), out _));
        Assert.True(Selector.TryParse("{a:30}{b:30}{c:30}", out _, out _));
    }

    private static Selector Parse(string text) => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error);
}
