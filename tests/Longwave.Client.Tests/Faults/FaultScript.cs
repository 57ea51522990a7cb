using System.Text;
using System.Text.Json;

namespace Longwave.Client.Tests.Faults;

/// <summary>One script of <c>spec/faults/faults.json</c>; the README in that folder describes the members.</summary>
internal sealed record FaultScript
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public required string Name { get; init; }

    public FaultClient Client { get; init; } = new();

    public required FaultRequest[] Requests { get; init; }

    public bool More { get; init; }

    public bool EveryByte { get; init; }

    public FaultEvent[] Log { get; init; } = [];

    public required FaultHearing[] Hears { get; init; }

    public required string Outcome { get; init; }

    public FaultError? Error { get; init; }

    public static IReadOnlyList<FaultScript> All { get; } = Read();

    /// <summary>Returns the body of the first response.</summary>
    public byte[] FirstBody() => [.. Requests[0].Steps.SelectMany(static s => s.Bytes())];

    private static FaultScript[] Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "faults", "faults.json")));
        return document.RootElement.GetProperty("faults").Deserialize<FaultScript[]>(Json)!;
    }
}

internal sealed record FaultClient
{
    public bool Hub { get; init; } = true;

    public string? Since { get; init; }

    public string? LastEventId { get; init; }

    public int MinDelayMs { get; init; } = 5;

    public int MaxDelayMs { get; init; } = 50;

    public int? HeartbeatMs { get; init; }

    public int GreetingMs { get; init; } = 10_000;

    public string Mode { get; init; } = "stream";

    public int? MaxEventBytes { get; init; }

    public string[]? Tokens { get; init; }
}

internal sealed record FaultRequest
{
    public FaultExpectation? Expect { get; init; }

    public int Status { get; init; } = 200;

    public Dictionary<string, string?> Headers { get; init; } = [];

    public string? Answer { get; init; }

    public long ClockOffsetSeconds { get; init; }

    public FaultStep[] Steps { get; init; } = [];
}

internal sealed record FaultExpectation
{
    /// <summary>Expected header. Absent and null have different meanings.</summary>
    public JsonElement LastEventId { get; init; }

    public int? NotBeforeMs { get; init; }

    public string? Authorization { get; init; }

    public string Method { get; init; } = "GET";

    public string? Path { get; init; }

    public string? Accept { get; init; }

    public string? CacheControl { get; init; }

    public Dictionary<string, string?> Query { get; init; } = [];
}

internal sealed record FaultStep
{
    public string? Send { get; init; }

    public string? SendBase64 { get; init; }

    public string? Repeat { get; init; }

    public int Times { get; init; }

    public string? Drip { get; init; }

    public int Every { get; init; }

    public int? Wait { get; init; }

    public bool Replay { get; init; }

    public int? UntilRequest { get; init; }

    public bool Hold { get; init; }

    public bool Cut { get; init; }

    public bool End { get; init; }

    public byte[] Bytes() => Send is not null ? Encoding.UTF8.GetBytes(Send) : SendBase64 is not null ? Convert.FromBase64String(SendBase64) : [];
}

internal sealed record FaultEvent(string Id, string Data, string? Type);

/// <summary>What the caller receives: an event or a notice.</summary>
internal sealed record FaultHearing
{
    public string? Id { get; init; }

    public string? Type { get; init; }

    public JsonElement Data { get; init; }

    public string? Notice { get; init; }

    public string? Topic { get; init; }

    public override string ToString() => Notice is null ? $"{Id} {Type} {Data.GetString()} {Topic}" : $"{Notice} {JsonSerializer.Serialize(Data)}";
}

internal sealed record FaultError(string Kind, int? Status);
