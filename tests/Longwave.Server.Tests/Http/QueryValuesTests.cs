using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Longwave.Server.Http;

namespace Longwave.Server.Tests.Http;

public sealed class QueryValuesTests
{
    private static readonly QueryParameter[] Known = [new("topic", Repeatable: true), new("since") { Alias = "from" }];

    [Theory]
    [InlineData("", new string[0], null)]
    [InlineData("?", new string[0], null)]
    [InlineData("?&&", new string[0], null)]
    [InlineData("?topic=a&topic=b&since=c", new[] { "a", "b" }, "c")]
    [InlineData("topic=a+b%20c&since=", new[] { "a b c" }, "")]
    [InlineData("?topic", new[] { "" }, null)]
    [InlineData("?topic=a&_=1764321&from=c&%5F=2", new[] { "a" }, "c")]
    [InlineData("?t%6Fpic=a=b", new[] { "a=b" }, null)]
    [InlineData("?topic=%e2%82%AC\u20ac\U0001f680", new[] { "\u20ac\u20ac\U0001f680" }, null)]
    public void TryRead_KnownParameters_GivesDecodedValues(string query, string[] topics, string? since)
    {
        Assert.Null(QueryValues.TryRead(query, Known, out QueryValues values));
        Assert.Equal(topics, values.All("topic"));
        Assert.Equal(since, values.Single("since"));
    }

    [Theory]
    [InlineData("topic=%", "invalid-parameter", "topic")]
    [InlineData("topic=%4", "invalid-parameter", "topic")]
    [InlineData("topic=%g0", "invalid-parameter", "topic")]
    [InlineData("since=%80", "invalid-utf8", "since")]
    [InlineData("%80=1", "invalid-utf8", "query")]
    [InlineData("since=1&since=1", "repeated-parameter", "since")]
    [InlineData("since=1&from=1", "repeated-parameter", "since")]
    [InlineData("__=1", "unknown-parameter", "__")]
    [InlineData("tpic=1", "unknown-parameter", "tpic")]
    public void TryRead_Invalid_IsAProblemThatNamesIt(string query, string type, string field)
    {
        Problem? problem = QueryValues.TryRead(query, Known, out _);
        Assert.Equal((type, field), (problem?.Type.Name, problem?.Field));
    }

    [Fact]
    public void TryRead_HalfASurrogatePair_IsNotUtf8() =>
        Assert.Equal(ProblemTypes.InvalidUtf8, QueryValues.TryRead("topic=" + '\ud800', Known, out _)?.Type);

    [Fact]
    public void TryRead_EscapedText_IsUnescaped() =>
        Prop.ForAll<string>(text =>
        {
            string valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
            Assert.Null(QueryValues.TryRead("?topic=" + Uri.EscapeDataString(valid), Known, out QueryValues values));
            Assert.Equal([valid], values.All("topic"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
}
