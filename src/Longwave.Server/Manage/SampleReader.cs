using System.Text.Json;
using Longwave.Server.Http;

namespace Longwave.Server.Manage;

/// <summary>Reads <c>{"samples":[{"kind":"connect","ms":12.5,"transport":"stream"},{"kind":"reconnect","cause":"broken"}]}</c>; returns the first problem, or null.</summary>
internal static class SampleReader
{
    /// <summary>Longest valid time, one day, in milliseconds: a longer one means that a clock was changed.</summary>
    public const double MaxMs = 24 * 60 * 60 * 1_000d;

    private const string Reconnect = "reconnect";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 4 };

    public static Problem? TryRead(ReadOnlyMemory<byte> body, int mostSamples, out List<ClientSample> samples)
    {
        samples = [];
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("samples", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            {
                return new Problem(ProblemTypes.MalformedBody, """The body must be an object like {"samples":[{"kind":"connect","ms":12.5,"transport":"stream"}]}.""", "samples");
            }

            if (list.GetArrayLength() > mostSamples)
            {
                return new Problem(ProblemTypes.TooManySamples, $"{list.GetArrayLength()} samples; one request is limited to {mostSamples}.", "samples");
            }

            foreach (JsonElement sample in list.EnumerateArray())
            {
                if (TryRead(sample, samples.Count, out ClientSample read) is { } problem)
                {
                    return problem;
                }

                samples.Add(read);
            }

            return null;
        }
        catch (JsonException exception)
        {
            return new Problem(ProblemTypes.MalformedBody, $"The body is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.", "body");
        }
    }

    private static Problem? TryRead(JsonElement sample, int index, out ClientSample read)
    {
        read = default;
        if (sample.ValueKind != JsonValueKind.Object)
        {
            return new Problem(ProblemTypes.InvalidSample, "A sample must be an object.", "samples", index);
        }

        string? kind = Text(sample, "kind");
        if (kind == Reconnect)
        {
            int cause = Array.IndexOf(TelemetryTotals.Causes, Text(sample, "cause"));
            read = new ClientSample(0, 0, 0, cause);
            return cause >= 0 ? null : Wrong("cause", TelemetryTotals.Causes, index);
        }

        int timed = Array.IndexOf(TelemetryTotals.Timed, kind);
        if (timed < 0)
        {
            return Wrong("kind", [.. TelemetryTotals.Timed, Reconnect], index);
        }

        int transport = Array.IndexOf(TelemetryTotals.Transports, Text(sample, "transport"));
        if (transport < 0)
        {
            return Wrong("transport", TelemetryTotals.Transports, index);
        }

        double ms = sample.TryGetProperty("ms", out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetDouble(out double value) ? value : -1;
        read = new ClientSample(timed, transport, ms, -1);
        return ms is >= 0 and <= MaxMs ? null : new Problem(ProblemTypes.InvalidSample, $"`ms` must be a number from 0 to {MaxMs}.", "ms", index);
    }

    private static string? Text(JsonElement sample, string name) =>
        sample.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Problem Wrong(string field, string[] allowed, int index) =>
        new(ProblemTypes.InvalidSample, $"`{field}` must be one of {string.Join(", ", allowed)}.", field, index);
}
