using System.Text;
using System.Text.Json;

namespace Longwave.Protocol.Tests.Vectors;

/// <summary>The wire vectors of <c>spec/vectors</c>, which other languages read too.</summary>
internal static class VectorFile
{
    public static JsonElement Read(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", name)));
        return document.RootElement.Clone();
    }

    /// <summary>The vectors of one array, by name, as rows of a theory: one row is one test.</summary>
    public static TheoryData<string> Names(string file, string array)
    {
        var names = new TheoryData<string>();
        foreach (JsonElement vector in Read(file).GetProperty(array).EnumerateArray())
        {
            names.Add(vector.GetProperty("name").GetString()!);
        }

        return names;
    }

    public static JsonElement Find(string file, string array, string name) =>
        Read(file).GetProperty(array).EnumerateArray().Single(v => v.GetProperty("name").GetString() == name);

    /// <summary>Text, or base64 for bytes that text can't hold.</summary>
    public static byte[] Bytes(JsonElement vector, string member) =>
        vector.TryGetProperty(member, out JsonElement text)
            ? Encoding.UTF8.GetBytes(text.GetString()!)
            : vector.GetProperty(member + "Base64").GetBytesFromBase64();

    public static string? Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out JsonElement value) ? value.GetString() : null;
}
