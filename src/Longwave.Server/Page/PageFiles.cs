using System.Collections.Frozen;

namespace Longwave.Server.Page;

/// <summary>The files of the page, by name. They are part of the assembly, so that a hub is one thing to install.</summary>
internal sealed class PageFiles
{
    /// <summary>What the project file puts before the name of each file.</summary>
    public const string ResourcePrefix = "page/";

    /// <summary>The file at <c>/</c>.</summary>
    public const string Index = "index.html";

    private readonly FrozenDictionary<string, PageFile> _files = typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
        .Select(name => name[ResourcePrefix.Length..])
        .ToFrozenDictionary(name => name, PageFile.Read);

    /// <summary>Names of all of them.</summary>
    public IEnumerable<string> Names => _files.Keys;

    /// <summary>The file of that name, or null.</summary>
    public PageFile? Find(string name) => _files.GetValueOrDefault(name);
}
