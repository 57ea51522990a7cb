using System.Text.Json;

namespace Longwave.Tests.Docs;

/// <summary>Every snippet of the documents works as written. (The browser tests run those in JavaScript.)</summary>
public sealed class SnippetTests
{
    // Text that does not run has the language `text`; a language outside this list would escape the tests.
    private static readonly string[] Languages = ["sh", "csharp", "js", "json", "ini", "text"];

    public static TheoryData<string> Paths => Documentation.Paths;

    [Theory]
    [MemberData(nameof(Paths))]
    public void Fences_OfADocument_NameAKnownLanguage(string path) =>
        Assert.All(Documentation.Open(path).Steps, step =>
        {
            Assert.True(step.Language.Length > 0 ? Languages.Contains(step.Language) : step.Direction == "interrupt", $"{path}:{step.Line}: language '{step.Language}'");
            Assert.True(step.Direction != "start" || (step.Language == "sh" && step.Name.Length > 0), $"{path}:{step.Line}: 'start NAME' is for sh");
        });

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Shell_OfADocument_RunsFromTopToBottom(string path)
    {
        var document = Documentation.Open(path);
        if (document.Steps.Any(step => step.Language == "sh" || step.Direction.Length > 0))
        {
            await new ShellWalk(document).RunAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void CSharp_OfADocument_Compiles(string path) =>
        Assert.All(Documentation.Open(path).InLanguage("csharp"), step => Assert.Empty(CSharpSnippet.Compile(step.Text)));

    [Theory]
    [MemberData(nameof(Paths))]
    public void Json_OfADocument_Parses(string path) =>
        Assert.All(Documentation.Open(path).InLanguage("json").Where(step => !step.Text.Contains('…', StringComparison.Ordinal)), step =>
        {
            using var parsed = JsonDocument.Parse(step.Text);
            Assert.NotEqual(JsonValueKind.Undefined, parsed.RootElement.ValueKind);
        });
}
