using System.Globalization;

namespace Longwave.Bench.Results;

/// <summary>Numbers with as many digits as they deserve.</summary>
internal static class Number
{
    /// <summary>The same, and nothing for nothing.</summary>
    public static string Format(double? value) => value is { } number ? Format(number) : "";

    public static string Format(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "#,0" : Math.Abs(value) >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
