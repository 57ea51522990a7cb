using System.Reflection;
using System.Text;

namespace Longwave.Server.Tests.Mercure;

/// <summary>The table of docs/reference/mercure.md matches the tests. LONGWAVE_UPDATE_DOCS=1 writes it.</summary>
public sealed class SentencesTests
{
    private const string Page = "docs/reference/mercure.md";
    private const string Begin = "<!-- The tables below are made from the tests by SentencesTests: change them there. -->\n";

    private static ILookup<string, MethodInfo> Tests { get; } = typeof(SentencesTests).Assembly.GetTypes()
        .SelectMany(static type => type.GetMethods())
        .SelectMany(static method => (method.GetCustomAttribute<SentenceAttribute>()?.Numbers ?? []).Select(number => (number, method)))
        .ToLookup(static pair => pair.number, static pair => pair.method);

    [Fact]
    public void Sentences_OfTheHub_EachHaveATest()
    {
        Assert.Empty(Sentences.All.Where(static sentence => sentence.IsOurs && !Tests.Contains(sentence.Number)).Select(static sentence => sentence.Number));
        Assert.Empty(Tests.Select(static test => test.Key).Except(Sentences.All.Where(static sentence => sentence.IsOurs).Select(static sentence => sentence.Number)));
        Assert.All(Tests.SelectMany(static test => test), static method => Assert.NotEmpty(method.GetCustomAttributes<FactAttribute>(inherit: true)));
    }

    [Fact]
    public void Numbers_OfTheSentences_AreConsecutive()
    {
        Assert.Equal(SentencesDraft7.All.Select(static (_, i) => $"7.{i + 1}"), SentencesDraft7.All.Select(static sentence => sentence.Number));
        Assert.Equal(SentencesDraft8.All.Select(static (_, i) => $"8.{i + 1}"), SentencesDraft8.All.Select(static sentence => sentence.Number));
    }

    [Fact]
    public void Tables_OfTheReference_AreCurrent()
    {
        string file = Path.Combine(RepositoryRoot(), Page);
        string text = File.ReadAllText(file);
        int at = text.IndexOf(Begin, StringComparison.Ordinal);
        Assert.True(at > 0, $"{Page} has no place for the tables");
        string expected = text[..at] + Begin + Table("Draft 7 (0.x)", SentencesDraft7.All) + Table("Draft 8 (1.0)", SentencesDraft8.All);
        if (Environment.GetEnvironmentVariable("LONGWAVE_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, expected);
            text = expected;
        }

        Assert.True(text == expected, $"{Page} is not current. Run this test with LONGWAVE_UPDATE_DOCS=1 and commit the page.");
    }

    private static string Table(string title, Sentence[] sentences)
    {
        var table = new StringBuilder($"\n## {title}\n\n| sentence | section | what it says | shown by | result |\n|---|---|---|---|---|\n");
        foreach (Sentence sentence in sentences)
        {
            string tests = string.Join("<br>", Tests[sentence.Number].Select(static test => $"`{test.DeclaringType!.Name}.{test.Name}`").Order(StringComparer.Ordinal));
            string result = !sentence.IsOurs ? $"for the {sentence.Whose}{(sentence.Note is null ? "" : $": {sentence.Note}")}" : sentence.Note is null ? "passes" : $"passes as: {sentence.Note}";
            table.Append($"| {sentence.Number} | {sentence.Section} | {sentence.Says} | {tests} | {result} |\n");
        }

        return table.ToString();
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Longwave.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
