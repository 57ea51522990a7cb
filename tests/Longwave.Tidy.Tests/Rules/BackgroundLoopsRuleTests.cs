using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests.Rules;

public sealed class BackgroundLoopsRuleTests
{
    private readonly BackgroundLoopsRule _rule = new();

    [Theory]
    [InlineData("src/Longwave.Engine/A.cs", "var thread = new Thread(Run);")]
    [InlineData("src/Longwave.Server/Hub/A.cs", "_ = Task.Run(RunAsync);")]
    [InlineData("src/Longwave/Serve/A.cs", "_timer = _clock.CreateTimer(Tick, null, due, period);")]
    [InlineData("src/Longwave.Server/A.cs", "ThreadPool.UnsafeQueueUserWorkItem(work, null);")]
    [InlineData("src/Longwave.Server/A.cs", "internal sealed class A : BackgroundService")]
    public void Check_StartsSomethingByItself_IsViolation(string path, string line) => Assert.Single(_rule.Check(SourceTree.Sample(path, line)));

    [Theory]
    [InlineData("src/Longwave.Engine/A.cs", "_thread = loops.StartThread(name, Run);")]
    [InlineData("src/Longwave.Engine/Health/BackgroundLoops.cs", "var thread = new Thread(() =>")]
    [InlineData("src/Longwave.Client/A.cs", "_ = Task.Run(RunAsync);")]
    public void Check_WatchedOrElsewhere_IsFine(string path, string line) => Assert.Empty(_rule.Check(SourceTree.Sample(path, line)));
}
