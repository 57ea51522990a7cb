using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Longwave.Arguments;

/// <summary>Options whose value is a whole number within bounds.</summary>
internal static class WholeNumber
{
    /// <summary>Creates such an option.</summary>
    /// <param name="description">Text of the help.</param>
    /// <param name="least">Smallest accepted value.</param>
    /// <param name="most">Largest accepted value.</param>
    /// <param name="names">Name, then aliases.</param>
    public static Option<long?> Option(string description, long least, long most, params string[] names) => new(names[0], names[1..])
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, names[0], least, most),
    };

    private static long? Parse(ArgumentResult result, string name, long least, long most)
    {
        string text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most)
        {
            return value;
        }

        string range = most == long.MaxValue ? $"{least} or more" : $"{least} to {most}";
        result.AddError($"{name}: '{text}' is not valid; use a whole number, {range}.");
        return null;
    }
}
