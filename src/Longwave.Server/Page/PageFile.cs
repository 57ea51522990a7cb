using System.Security.Cryptography;

namespace Longwave.Server.Page;

/// <summary>One file of the page.</summary>
/// <param name="MediaType">Its content type.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Tag">Its entity tag, quotes included: the same bytes have the same tag on every hub.</param>
internal sealed record PageFile(string MediaType, ReadOnlyMemory<byte> Bytes, string Tag)
{
    /// <summary>Bytes of the hash in an entity tag: enough that two versions of a file never share one.</summary>
    private const int TagBytes = 12;

    /// <summary>Reads the file <paramref name="name"/> out of this assembly.</summary>
    public static PageFile Read(string name)
    {
        using Stream stream = typeof(PageFile).Assembly.GetManifestResourceStream(PageFiles.ResourcePrefix + name)
            ?? throw new ArgumentException($"The page has no file '{name}'.", nameof(name));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        string mediaType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => throw new ArgumentException($"No content type is known for '{name}'.", nameof(name)),
        };
        return new PageFile(mediaType, bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, TagBytes))}\"");
    }
}
