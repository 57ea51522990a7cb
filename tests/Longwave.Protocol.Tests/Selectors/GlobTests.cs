using System.Text.RegularExpressions;
using Longwave.Protocol.Selectors;

namespace Longwave.Protocol.Tests.Selectors;

public sealed partial class GlobTests
{
    [Fact]
    public void Matches_RandomGlobsAndTopics_AgreesWithARegularExpression()
    {
        var random = new Random(20_261_128);
        string[] parts = ["a", "b", "*", "**", "a*", "*b", "a*b", "*a*", ""];
        string[] names = ["a", "b", "ab", "aab", "", "c"];
        int matches = 0;
        for (int round = 0; round < 20_000; round++)
        {
            string glob = string.Join('/', random.GetItems(parts, 1 + random.Next(4)));
            string topic = string.Join('/', random.GetItems(names, 1 + random.Next(5)));
            if (glob == "*" || !glob.Contains('*', StringComparison.Ordinal))
            {
                continue;
            }

            Assert.True(Selector.TryParse(glob, out Selector? selector, out string? error), error);
            Assert.Equal(SelectorKind.Glob, selector.Kind);
            bool expected = Regex.IsMatch(topic, $"^(?:{Special().Replace(glob, static star => star.Value switch { "**/" => "(?:.*/)?", "**" => ".*", _ => "[^/]*" })})$", RegexOptions.Singleline);
            Assert.True(selector.Matches(topic) == (expected || glob == topic), $"{glob} and {topic}");
            Assert.StartsWith(selector.Prefix, glob, StringComparison.Ordinal);
            matches += expected ? 1 : 0;
        }

        Assert.InRange(matches, 1_000, 19_000);
    }

    [Fact]
    public void Matches_ManyStars_ExaminesEachCharacterOnce()
    {
        Assert.True(Selector.TryParse(string.Concat(Enumerable.Repeat("*a", 200)) + "!", out Selector? selector, out _));
        long work = 0;
        Assert.False(selector.Matches(new string('a', 1_024), ref work));
        Assert.InRange(work, 1, 2_048);
        Assert.InRange(selector.Cost, 1, 200_000);
    }

    [Fact]
    public void Cost_Glob_IsLessThanThatOfTheTemplate()
    {
        Assert.True(Selector.TryParse("prices/*", out Selector? glob, out _));
        Assert.True(Selector.TryParse("prices/{symbol}", out Selector? template, out _));
        Assert.InRange(glob.Cost, 1, template.Cost - 1);
    }

    [Fact]
    public void TryParse_GlobOfTheLargestLength_IsCompiledOrRejectedWithAReason()
    {
        string glob = string.Concat(Enumerable.Repeat("**/*", Selector.MaxLength / 4));
        bool isParsed = Selector.TryParse(glob, out _, out string? error);
        Assert.True(isParsed || error!.StartsWith("The glob", StringComparison.Ordinal), error);
    }

    [Fact]
    public void TryParseTemplate_Glob_IsOneTopic()
    {
        Assert.True(Selector.TryParseTemplate("prices/*", out Selector? selector));
        Assert.Equal(SelectorKind.Exact, selector.Kind);
        Assert.False(selector.Matches("prices/AAPL"));
    }

    [GeneratedRegex(@"\*\*/|\*\*?")]
    private static partial Regex Special();
}
