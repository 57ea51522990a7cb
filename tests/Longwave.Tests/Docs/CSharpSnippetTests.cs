namespace Longwave.Tests.Docs;

public sealed class CSharpSnippetTests
{
    [Fact]
    public void Compile_ProgramOfAWebProject_ReportsNothing() =>
        Assert.Empty(CSharpSnippet.Compile("var app = WebApplication.CreateBuilder(args).Build();\napp.Run();"));

    [Theory]
    [InlineData("builder.Services.AddNothing();")]
    [InlineData("string text = null;\nConsole.WriteLine(text.Length);")]
    public void Compile_ErrorOrWarning_IsReported(string text) => Assert.NotEmpty(CSharpSnippet.Compile(text));
}
