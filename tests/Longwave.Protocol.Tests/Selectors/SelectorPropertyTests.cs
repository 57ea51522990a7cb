using FsCheck;
using FsCheck.Fluent;
using Longwave.Protocol.Selectors;

namespace Longwave.Protocol.Tests.Selectors;

public sealed class SelectorPropertyTests
{
    private static readonly Gen<string> Template =
        Gen.Elements("a", "b", "/", "{a}", "{a,b}", "{+a}", "{+a,b}", "{#a}", "{.a,b}", "{/a}", "{/a,b}", "{;a}", "{;a,b}", "{?a}", "{?a,b}", "{&a,b}", "=")
            .ListOf().Select(parts => string.Concat(parts.Take(5)));

    private static readonly Gen<string> Topic =
        Gen.Elements("a", "b", "c", "/", "a=", "?", "&", ";", "#", ".", ",", "=", "%41", "%", "é", " ", "b=")
            .ListOf().Select(parts => string.Concat(parts.Take(8)));

    [Fact]
    public void Matches_AnyTemplateAndTopic_AgreesWithBruteForce()
    {
        int matches = 0;
        Prop.ForAll(Template.ToArbitrary(), Topic.ToArbitrary(), (template, topic) =>
        {
            if (!Selector.TryParse(template, out Selector? selector, out _) || selector.Kind != SelectorKind.Template)
            {
                return;
            }

            bool expected = NaiveTemplate.Matches(template, topic);
            matches += expected ? 1 : 0;
            Assert.Equal(expected, selector.Matches(topic));
            Assert.True(selector.Matches(template));
        }).Check(Texts.Runs(20_000));
        Assert.InRange(matches, 200, 20_000);
    }

    [Fact]
    public void TryParse_AnyText_GivesASelectorOrAnError()
    {
        Prop.ForAll(Gen.OneOf(Texts.Any, Gen.Elements("{", "}", "a", ",", "+", "%41", ".", "*", ":").ListOf().Select(string.Concat)).ToArbitrary(), text =>
        {
            bool parsed = Selector.TryParse(text, out Selector? selector, out string? error);
            Assert.Equal(parsed, error is null);
            Assert.Equal(parsed, selector is not null);
            if (parsed)
            {
                Assert.Equal(text, selector!.Text);
                Assert.True(selector.Matches(text));
            }
        }).Check(Texts.Runs(5000));
    }

    [Theory]
    [InlineData("{a}{b}{c}{d}{e}{f}{g}{h}")]
    [InlineData("{a}a{b}a{c}a{d}a{e}a{f}a")]
    [InlineData("{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}")]
    [InlineData("{+a}{+b}{+c}/{+d}/{+e}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Matches_HostileTopic_TakesLinearSteps(string template)
    {
        Assert.True(Selector.TryParse(template, out Selector? selector, out string? error), error);
        foreach (int length in (int[])[100, 1000, 10_000])
        {
            // The mismatch is in the last character, so the matcher has done all its work before.
            long work = 0;
            Assert.False(selector.Matches(new string('a', length) + " ", ref work));
            Assert.InRange(work, length / 2, length + 100);
        }
    }

    [Theory]
    [InlineData("{a:90}{b:90}{c:90}{d:90}{e:90}{f:90}{g:90}{h:90}{i:90}{j:90}")]
    [InlineData("{a:100,b:100,c:100,d:100,e:100,f:100,g:100,h:100,i:100}")]
    public void TryParse_AutomatonTooLarge_IsRejectedWithTheLimits(string template)
    {
        Assert.False(Selector.TryParse(template, out _, out string? error));
        Assert.Contains("too complex", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{+a*,b*,c*,d*}{/e*,f}{?g*,h}{&i}{#j}")]
    [InlineData("{a:100}/{b:100}/{c:100}")]
    [InlineData("users/{id}/orders/{order}{?from,to,page,size,sort,filter,fields}")]
    [InlineData("\u4eac/{a}/\u4eac")]
    public void TryParse_LegitimateTemplate_HasASmallCost(string template)
    {
        Assert.True(Selector.TryParse(template.Replace("\\u4eac", "\u4eac", StringComparison.Ordinal), out Selector? selector, out string? error), error);
        Assert.InRange(selector.Cost, 128, 20_000);
    }

    [Fact]
    public void TryParse_LargestTemplates_StayWithinTheirProgram()
    {
        string names = string.Join(',', Enumerable.Range(0, Selector.MaxVariables).Select(i => $"n{i}"));
        foreach (string template in (string[])[$"{{?{names}}}", $"{{;{names}}}", new string('a', Selector.MaxLength - 3) + "{a}", "{a}/" + new string('a', Selector.MaxLength - 4)])
        {
            Assert.True(Selector.TryParse(template, out Selector? selector, out string? error), error);
            Assert.False(selector.Matches("?"));
        }

        Assert.False(Selector.TryParse($"{{?{names},more}}", out _, out _));
        Assert.False(Selector.TryParse(new string('a', Selector.MaxLength + 1), out _, out _));
    }

    [Fact]
    public void Equals_SameText_IsTrue()
    {
        Assert.True(Selector.TryParse("p/{a}", out Selector? one, out _));
        Assert.True(Selector.TryParse("p/{a}", out Selector? two, out _));
        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, Selector.Exact("p/{a}"));
        Assert.Equal("p/", one.Prefix);
        Assert.Same(Selector.Any, Selector.TryParse("*", out Selector? any, out _) ? any : null);
    }
}
