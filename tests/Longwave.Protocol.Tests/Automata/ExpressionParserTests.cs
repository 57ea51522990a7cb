using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Longwave.Protocol.Automata;

namespace Longwave.Protocol.Tests.Automata;

/// <summary>The expressions of URL patterns, compared with the regular expressions of the platform.</summary>
public sealed class ExpressionParserTests
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    private static readonly Gen<string> Piece = Gen.Elements(
        "a", "b", "-", "/", ".", "[a-c]", "[^a]", "[^/]", "[a\\-b]", "[]a]", "[a-c-[b]]", "[\\w-]", "[\\d.]", "[-a]", "(?:", ")", "|", "*", "+", "?", "*?", "{2}", "{1,3}", "{0,}", "{", "}", "]",
        "\\d", "\\W", "\\s", "\\S", "\\.", "\\-", "\\x61", "\\u0062", "\\141", "\\cA", "\\t", "\\p{L}", "\\P{Lu}", "^", "$", "\\b", "\\B", "\\A", "\\z");

    private static readonly Gen<string> Text = Gen.Elements("a", "b", "c", "-", "/", ".", "1", "Z", "]", "{", "}", " ", "\u0001").ListOf().Select(parts => string.Concat(parts.Take(7)));

    [Fact]
    public void TryCompile_AnyExpression_MatchesAsThePlatformDoes()
    {
        int matches = 0;
        Prop.ForAll(Piece.ListOf().Select(parts => string.Concat(parts.Take(6))).ToArbitrary(), Text.ListOf().ToArbitrary(), (expression, texts) =>
        {
            Automaton? automaton = Compile(expression);
            Regex? platform = TryRegex(expression);
            Assert.Equal(platform is not null, automaton is not null);
            foreach (string text in texts)
            {
                bool expected = platform?.IsMatch(text) == true;
                matches += expected ? 1 : 0;
                Assert.True(expected == Matches(automaton, text), $"'{expression}' and '{text}': {expected}");
            }
        }).Check(Texts.Runs(2_000));
        Assert.InRange(matches, 200, int.MaxValue);
    }

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(a)")]
    [InlineData("a\\1")]
    [InlineData("\\G")]
    [InlineData("\\k")]
    [InlineData("a**")]
    [InlineData("*a")]
    [InlineData("a{3,2}")]
    [InlineData("a{99999999999}")]
    [InlineData("[a")]
    [InlineData("[b-a]")]
    [InlineData("(?:a")]
    [InlineData("a)")]
    [InlineData("\\q")]
    [InlineData("\\x6")]
    [InlineData("\\p{Greek}")]
    [InlineData("\\")]
    public void TryParse_NotSupported_IsNull(string expression) => Assert.Null(ExpressionParser.TryParse(expression));

    [Theory]
    [InlineData(".*a.{11}b")]
    [InlineData("(?:.*a.{20}){20}")]
    [InlineData("(?:(?:a{1000}){1000}){1000}")]
    [InlineData("(?:a?){5000}(?:a?){5000}")]
    public void TryCompile_TooManyStates_IsNull(string expression) => Assert.Null(Compile(expression));

    [Theory]
    [InlineData("(?:(?:(?:){99999}){99999}){99999}")]
    [InlineData("(?:(?:)*)*")]
    [InlineData("(?:a*)*b{0,500}")]
    public void TryCompile_EmptyRepetitions_AreNotRepeated(string expression) => Assert.True(Matches(Compile(expression), ""));

    private static Automaton? Compile(string expression)
    {
        if (ExpressionParser.TryParse(expression) is not { } parsed)
        {
            return null;
        }

        var program = new AutomatonProgram();
        parsed.WriteTo(program);
        program.Emit(Operation.End);
        return AutomatonCompiler.TryCompile(program);
    }

    private static bool Matches(Automaton? automaton, string text)
    {
        long work = 0;
        bool matches = automaton?.Matches(text, ref work) == true;
        Assert.InRange(work, 0, text.Length);
        return matches;
    }

    private static Regex? TryRegex(string expression)
    {
        try
        {
            // On its own first: in the group its parentheses could be balanced.
            _ = new Regex(expression, RegexOptions.Singleline);
            return new Regex($"\\A(?:{expression})\\z", Linear);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
