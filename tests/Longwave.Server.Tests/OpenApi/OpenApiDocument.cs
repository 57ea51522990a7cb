using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Longwave.Server.Tests.OpenApi;

/// <summary>Description of the HTTP API, <c>spec/openapi.json</c>.</summary>
public sealed class OpenApiDocument
{
    private static readonly string[] Methods = ["get", "query", "head", "post", "put", "patch", "delete", "options", "trace"];

    private OpenApiDocument(JsonElement root) => Root = root;

    public static OpenApiDocument Instance { get; } = Load();

    public JsonElement Root { get; }

    public IEnumerable<string> Paths => Root.GetProperty("paths").EnumerateObject().Select(p => p.Name);

    public IEnumerable<string> MethodsOf(string path) =>
        Root.GetProperty("paths").GetProperty(path).EnumerateObject().Select(m => m.Name).Where(Methods.Contains);

    public JsonElement Operation(string path, string method) => Root.GetProperty("paths").GetProperty(path).GetProperty(method);

    /// <summary>Query parameters, and whether each may be repeated.</summary>
    public IEnumerable<(string Name, bool Repeatable)> QueryOf(string path, string method) =>
        from parameter in Operation(path, method).TryGetProperty("parameters", out JsonElement all) ? all.EnumerateArray() : []
        where parameter.GetProperty("in").GetString() == "query"
        select (parameter.GetProperty("name").GetString()!, parameter.GetProperty("schema").TryGetProperty("items", out _));

    public bool HasStatus(string path, string method, int status) =>
        Operation(path, method).GetProperty("responses").TryGetProperty($"{status}", out _);

    /// <summary>Problem types of an operation, each with its status.</summary>
    public IEnumerable<(string Name, int Status)> ProblemsOf(string path, string method) =>
        from response in Operation(path, method).GetProperty("responses").EnumerateObject()
        where response.Value.TryGetProperty("x-problem-types", out _)
        from name in response.Value.GetProperty("x-problem-types").EnumerateArray()
        select (name.GetString()!, int.Parse(response.Name));

    private static OpenApiDocument Load([CallerFilePath] string here = "")
    {
        string file = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "spec", "openapi.json");
        return new OpenApiDocument(JsonDocument.Parse(File.ReadAllBytes(file)).RootElement);
    }
}
