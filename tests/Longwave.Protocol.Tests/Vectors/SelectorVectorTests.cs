using System.Text.Json;
using Longwave.Protocol.Selectors;

namespace Longwave.Protocol.Tests.Vectors;

public sealed class SelectorVectorTests
{
    public static TheoryData<string> Texts(string array)
    {
        var texts = new TheoryData<string>();
        foreach (JsonElement vector in VectorFile.Read("selectors.json").GetProperty(array).EnumerateArray())
        {
            texts.Add(vector.ValueKind == JsonValueKind.String ? vector.GetString()! : VectorFile.Text(vector, "selector")!);
        }

        return texts;
    }

    [Theory]
    [MemberData(nameof(Texts), "vectors")]
    public void Matches_Vector_HasTheExpectedResult(string text)
    {
        JsonElement vector = VectorFile.Read("selectors.json").GetProperty("vectors").EnumerateArray().Single(v => VectorFile.Text(v, "selector") == text);
        Assert.True(Selector.TryParse(text, out Selector? selector, out string? error), error);
        Assert.Equal(VectorFile.Text(vector, "kind"), selector.Kind.ToString(), ignoreCase: true);
        Assert.All(vector.GetProperty("matches").EnumerateArray(), topic => Assert.True(selector.Matches(topic.GetString()!), topic.GetString()));
        Assert.All(vector.GetProperty("misses").EnumerateArray(), topic => Assert.False(selector.Matches(topic.GetString()!), topic.GetString()));
    }

    [Theory]
    [MemberData(nameof(Texts), "invalid")]
    public void TryParse_InvalidVector_ReportsTheError(string text)
    {
        Assert.False(Selector.TryParse(text, out Selector? selector, out string? error));
        Assert.Null(selector);
        Assert.NotEmpty(error);
    }
}
