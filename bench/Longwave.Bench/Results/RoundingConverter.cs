using System.Text.Json;
using System.Text.Json.Serialization;

namespace Longwave.Bench.Results;

/// <summary>Four significant digits behind the point are more than any figure here has.</summary>
internal sealed class RoundingConverter : JsonConverter<double>
{
    private const int Digits = 4;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(Math.Round(value, Digits));
}
