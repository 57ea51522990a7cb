using System.Text.Json;
using Longwave.Terminals;

namespace Longwave.Tests.Terminals;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain, tab\t and ünïcode ☃ 🙂", "plain, tab\t and ünïcode ☃ 🙂")]
    [InlineData("\0\a\b\e[31m\r\n", "␀␇␈␛[31m␍␊")]
    [InlineData("\u007f", "␡")]
    [InlineData("\u0085\u009b31m", "\\u0085\\u009B31m")]
    [InlineData("a\u202Eb\u2066c\u200Fd\uFEFFe\u2028f", "a\\u202Eb\\u2066c\\u200Fd\\uFEFFe\\u2028f")]
    public void Escape_AnyText_MakesControlCharactersVisible(string text, string expected) => Assert.Equal(expected, VisibleText.Escape(text));

    [Fact]
    public void EscapeJson_OfAnyObject_IsTheSameJsonOnOneLine()
    {
        string json = "{\"a\":\"\u009b1m \u007f \u202E é\",\n\t\"b\":[1,\r\n2]}";

        string escaped = VisibleText.EscapeJson(json);

        Assert.Equal("{\"a\":\"\\u009B1m \\u007F \\u202E é\",  \"b\":[1,  2]}", escaped);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, JsonDocument.Parse(escaped).RootElement));
    }
}
