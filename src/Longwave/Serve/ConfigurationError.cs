using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Longwave.Serve;

/// <summary>Sentences for exceptions of the configuration library: what is wrong, where, and the right format.</summary>
internal static partial class ConfigurationError
{
    /// <summary>Describes an exception of a configuration file or of the binder.</summary>
    public static string Describe(Exception exception)
    {
        if (exception is FileNotFoundException)
        {
            return "the file does not exist.";
        }

        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is JsonException json)
            {
                // The library's text ends with the position, counted from 0.
                string text = json.Message.Split(" LineNumber:")[0];
                return string.Create(CultureInfo.InvariantCulture, $"line {(json.LineNumber ?? 0) + 1}, column {(json.BytePositionInLine ?? 0) + 1}: {text}");
            }
        }

        return BinderMessage().Match(exception.Message) is { Success: true } match
            ? $"`{match.Groups["key"].Value}`: '{match.Groups["value"].Value}' is not {Format(match.Groups["type"].Value)}."
            : (exception.InnerException ?? exception).Message;
    }

    private static string Format(string type) => type switch
    {
        "System.TimeSpan" => "a duration; write [days.]hours:minutes:seconds, for example 00:00:10 (ten seconds), 00:00:00.250 or 1.00:00:00 (one day)",
        "System.Boolean" => "true or false",
        "System.Int32" or "System.Int64" => "a whole number in the range of this setting, for example 1000",
        "System.Double" => "a number, for example 0.5",
        _ => $"a valid {type[(type.LastIndexOf('.') + 1)..]}; docs/reference/configuration.md lists the values",
    };

    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<key>[^']*)' to type '(?:System\\.Nullable`1\\[)?(?<type>[^'\\],]*)", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex BinderMessage();
}
