using System.Collections.Frozen;

namespace Longwave.Server.Page;

/// <summary>The files of the page, by name. They are embedded in the assembly, so that the hub needs no further files.</summary>
internal sealed class PageFiles
{
    /// <summary>Prefix of the resource names, set by the project file.</summary>
    public const string ResourcePrefix = "page/";

    /// <summary>The file at <c>/</c>.</summary>
    public const string Index = "index.html";

    private readonly FrozenDictionary<string, PageFile> _files = typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
        .Select(name => name[ResourcePrefix.Length..])
        .ToFrozenDictionary(name => name, PageFile.Read);

    /// <summary>Names of all files.</summary>
    public IEnumerable<string> Names => _files.Keys;

    /// <summary>The file of that name, or null.</summary>
    public PageFile? Find(string name) => _files.GetValueOrDefault(name);
}
