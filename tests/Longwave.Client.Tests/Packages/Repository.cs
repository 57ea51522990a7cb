namespace Longwave.Client.Tests.Packages;

/// <summary>Location of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Longwave.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Longwave.slnx is in no folder above the tests: run them from a build inside the repository.");
    }
}
