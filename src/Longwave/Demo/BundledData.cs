using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Longwave.Demo;

/// <summary>Files in <c>Demo/Data</c>, embedded in the executable.</summary>
internal static class BundledData
{
    /// <summary>Opens one file and decompresses it if necessary.</summary>
    public static Stream Open(string name)
    {
        Stream stream = typeof(BundledData).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of the program.");
        return name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>The unchanged bytes of a JSON value: numbers and escapes keep their notation.</summary>
    public static ReadOnlyMemory<byte> RawJson(JsonElement value) => Encoding.UTF8.GetBytes(value.GetRawText());
}
