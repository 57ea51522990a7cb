using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Longwave.Demo;

/// <summary>The files in <c>Demo/Data</c>, which are part of the program.</summary>
internal static class BundledData
{
    /// <summary>Opens one; compressed ones are decompressed.</summary>
    public static Stream Open(string name)
    {
        Stream stream = typeof(BundledData).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of the program.");
        return name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>The value as it stands in its file: numbers and escapes are not written anew.</summary>
    public static ReadOnlyMemory<byte> RawJson(JsonElement value) => Encoding.UTF8.GetBytes(value.GetRawText());
}
