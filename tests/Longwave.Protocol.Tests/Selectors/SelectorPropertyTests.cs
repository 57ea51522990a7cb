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
        Assert.True(TemplateCompiler.TryCompile(template, out TemplateProgram? program, out _));
        long previous = 0;
        foreach (int length in (int[])[100, 1000, 10_000])
        {
            // The mismatch is in the last character, so the matcher has done all its work before.
            Assert.False(program.Matches(new string('a', length) + " ", out long steps));
            Assert.InRange(steps, 1, (long)program.Length * (length + 2));
            if (previous > 0)
            {
                Assert.InRange(steps, 5 * previous, 15 * previous);
            }

            previous = steps;
        }
    }

    [Fact]
    public void TryParse_LargestTemplates_StayWithinTheirProgram()
    {
        string names = string.Join(',', Enumerable.Range(0, Selector.MaxVariables).Select(i => $"n{i}"));
        foreach (string template in (string[])[$"{{?{names}}}", $"{{;{names}}}", new string('a', Selector.MaxLength - 3) + "{a}", "{a}" + new string('a', Selector.MaxLength - 3)])
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
