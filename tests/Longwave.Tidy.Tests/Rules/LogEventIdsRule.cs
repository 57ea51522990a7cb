using System.Globalization;
using Longwave.Tidy.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Longwave.Tidy.Tests.Rules;

/// <summary>Every log message has an event id of its own, in the range of its project: operators filter and alert by it.</summary>
public sealed class LogEventIdsRule : IRule
{
    private static readonly Dictionary<string, (int First, int Last)> Ranges = new()
    {
        ["Longwave.Engine"] = (1000, 1999),
        ["Longwave.Server"] = (2000, 2999),
        ["Longwave"] = (3000, 3999),
    };

    public string Name => "log-event-ids";

    public IEnumerable<Violation> Check(SourceTree tree)
    {
        var seen = new Dictionary<int, string>();
        foreach (var file in tree.CSharp.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            var project = file.Path.Split('/')[1];
            foreach (var attribute in tree.Syntax(file).DescendantNodes().OfType<AttributeSyntax>().Where(IsLoggerMessage))
            {
                var line = attribute.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                if (EventId(attribute) is not { } id)
                {
                    yield return new Violation(Name, file.Path, line, "a log message names its EventId as a number");
                }
                else if (!Ranges.TryGetValue(project, out var range) || id < range.First || id > range.Last)
                {
                    var belongs = range.Last > 0 ? $"are {range.First} to {range.Last}" : $"have no range yet: see {nameof(LogEventIdsRule)}";
                    yield return new Violation(Name, file.Path, line, $"event id {id}: those of {project} {belongs}");
                }
                else if (!seen.TryAdd(id, $"{file.Path}:{line}"))
                {
                    yield return new Violation(Name, file.Path, line, $"event id {id} is taken by {seen[id]}");
                }
            }
        }
    }

    private static bool IsLoggerMessage(AttributeSyntax attribute) => attribute.Name.ToString() is "LoggerMessage" or "LoggerMessageAttribute";

    private static int? EventId(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments;
        var named = arguments?.FirstOrDefault(argument => (argument.NameEquals?.Name ?? argument.NameColon?.Name)?.Identifier.Text is "EventId" or "eventId");
        var expression = named?.Expression ?? arguments?.FirstOrDefault(argument => argument.NameEquals is null)?.Expression;
        return expression is LiteralExpressionSyntax literal && int.TryParse(literal.Token.ValueText, CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
