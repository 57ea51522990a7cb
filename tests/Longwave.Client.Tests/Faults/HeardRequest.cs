using System.Text.Json;

namespace Longwave.Client.Tests.Faults;

/// <summary>The head of a request that a server received.</summary>
internal sealed class HeardRequest
{
    private readonly string[] _lines;
    private readonly string _target;

    public HeardRequest(string head)
    {
        _lines = head.Split("\r\n");
        string[] parts = _lines[0].Split(' ');
        (Method, _target) = (parts[0], parts[1]);
    }

    public string Method { get; }

    public string Path => _target.Split('?')[0];

    public string? LastEventId => Header("Last-Event-ID") ?? Parameter("last_event_id");

    public string? Header(string name) => _lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    public string? Parameter(string name) =>
        _target.Split('?', 2).ElementAtOrDefault(1)?.Split('&').Select(static p => p.Split('=', 2)).FirstOrDefault(p => p[0] == name) is { } found
            ? Uri.UnescapeDataString(found[1])
            : null;

    /// <summary>Returns the differences from the expected request.</summary>
    public IEnumerable<string> Check(FaultExpectation expected, double sinceLastMs)
    {
        if (expected.LastEventId.ValueKind != JsonValueKind.Undefined && expected.LastEventId.GetString() != LastEventId)
        {
            yield return $"last event id is '{LastEventId}', not '{expected.LastEventId.GetString()}'";
        }

        if (expected.Method != Method || (expected.Path ?? (expected.Method == "GET" ? "/v1/events" : Path)) != Path)
        {
            yield return $"it is {Method} {Path}, not {expected.Method} {expected.Path}";
        }

        if (expected.Authorization is { } authorization && authorization != (Header("Authorization") ?? ""))
        {
            yield return $"Authorization is '{Header("Authorization")}', not '{authorization}'";
        }

        string? accept = expected.Accept == "stream" ? "text/event-stream" : expected.Accept;

        // A client may also accept problem documents.
        if (accept is not null && accept != Header("Accept")?.Split(',')[0])
        {
            yield return $"Accept is '{Header("Accept")}', not '{accept}'";
        }

        if (expected.CacheControl is { } cacheControl && cacheControl != Header("Cache-Control"))
        {
            yield return $"Cache-Control is '{Header("Cache-Control")}', not '{cacheControl}'";
        }

        foreach ((string name, string? value) in expected.Query)
        {
            if (Parameter(name) != value)
            {
                yield return $"parameter {name} is '{Parameter(name)}', not '{value}'";
            }
        }

        if (expected.NotBeforeMs > sinceLastMs)
        {
            yield return $"it came {sinceLastMs} ms after the answer before, not {expected.NotBeforeMs}";
        }
    }
}
