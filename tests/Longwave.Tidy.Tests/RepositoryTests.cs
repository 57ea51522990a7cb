using Longwave.Tidy.Tests.Rules;
using Longwave.Tidy.Tests.Sources;

namespace Longwave.Tidy.Tests;

/// <summary>The repository keeps every rule, except where the allow-list has an entry.</summary>
public sealed class RepositoryTests
{
    private static readonly IRule[] AllRules =
    [
        new DeadDeclarationsRule(),
        new DeadFilesRule(),
        new DecisionsRule(),
        new DrawersRule(),
        new EntranceRule(),
        new FileLengthRule(),
        new FolderReferencesRule(),
        new LinksRule(),
        new BackgroundLoopsRule(),
        new LockCommentsRule(),
        new LogEventIdsRule(),
        new MachinePathsRule(),
        new MethodLengthRule(),
        new NamespaceRule(),
        new OnePublicTypeRule(),
        new PackagesRule(),
        new ProgramsRule(),
        new ProjectReferencesRule(),
        new TestNamesRule(),
        new UnfinishedRule(),
        new WordsRule(),
    ];

    public static TheoryData<string> RuleNames => new(AllRules.Select(rule => rule.Name));

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void Check_TheRepository_FindsNothing(string name)
    {
        var rule = AllRules.Single(rule => rule.Name == name);
        var left = Allowed().Apply(name, rule.Check(Repository.Tree).ToList()).ToList();
        Assert.True(left.Count == 0, $"{left.Count} violations:\n{string.Join('\n', left)}");
    }

    [Fact]
    public void AllowList_OfTheRepository_IsWellFormed()
    {
        var list = Allowed();
        Assert.Empty(list.Mistakes.Concat(list.UnknownRules(AllRules.Select(rule => rule.Name).ToHashSet())));
    }

    [Fact]
    public void AllRules_OfThisAssembly_AreChecked()
    {
        var defined = typeof(IRule).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IRule))).Select(type => type.Name).Order();
        Assert.Equal(defined, AllRules.Select(rule => rule.GetType().Name).Order());
    }

    private static AllowList Allowed() => AllowList.Parse(Repository.Tree.Find(AllowList.Path)?.Text ?? "");
}
