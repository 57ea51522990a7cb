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

    [Theory]
    [InlineData("Assert.Equal([\"longwave-shard-0\"], loops.Failed);", 0)]
    [InlineData("Assert.Equal([\"longwave-writer\"], loops.Failed);", 1)]
    public void Check_Thread_IsNamedByATest(string test, int violations)
    {
        var tree = new SourceTree(
            new SourceFile("src/Longwave.Engine/A.cs", "loops.StartThread($\"longwave-shard-{i}\", shard.Run)"), new SourceFile("tests/Longwave.Engine.Tests/ATests.cs", test));
        Assert.Equal(violations, _rule.Check(tree).Count());
    }
}
