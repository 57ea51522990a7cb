namespace Longwave.Tests.Docs;

/// <summary>Runs a document as a reader would: all shell snippets in order, in one terminal.</summary>
public sealed class ShellWalk(Document document)
{
    public async Task RunAsync()
    {
        await using var session = await ShellSession.OpenAsync();
        var printed = "";
        foreach (var step in document.Steps)
        {
            try
            {
                printed = await RunAsync(session, step, printed);
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                Assert.Fail($"{document.Path}:{step.Line}: {failure.Message}");
            }
        }
    }

    private static async Task<string> RunAsync(ShellSession session, DocStep step, string printed)
    {
        switch (step.Direction)
        {
            case "start":
                await session.StartAsync(step.Name, step.Text);
                return printed;
            case "interrupt":
                await session.InterruptAsync(step.Name);
                return printed;
            case "prints" when step.Name.Length > 0:
                await session.ExpectAsync(step.Name, new ExpectedOutput(step.Text));
                return printed;
            case "prints":
                var missing = new ExpectedOutput(step.Text).FirstMissingIn(printed);
                Assert.True(missing is null, $"the line '{missing}' is missing in\n{printed}");
                return printed;
            default:
                return step.Language == "sh" ? await session.RunAsync(step.Text) : printed;
        }
    }
}
