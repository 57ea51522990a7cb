using System.Text.RegularExpressions;

namespace Longwave.Engine.Tests.Access;

/// <summary>
/// The oracle: decides access as simply as possible, without any code of the engine. Selectors are exact, <c>*</c>,
/// or simple templates whose variables take letters, digits and a few marks.
/// </summary>
internal static class NaiveAccess
{
    public readonly record struct Permission(string Selector, string[] Types);

    public static bool MayRead(
        IEnumerable<Permission> own, IEnumerable<Permission> publicGrants, IReadOnlyCollection<string> topics, string? type, bool isPrivate) =>
        topics.Any(topic => own.Any(p => Allows(p, topic, type)) || (!isPrivate && publicGrants.Any(p => Allows(p, topic, type))));

    public static bool Allows(Permission permission, string topic, string? type) =>
        Matches(permission.Selector, topic) && (permission.Types.Length == 0 || permission.Types.Contains(type ?? "message"));

    public static bool Matches(string selector, string topic) =>
        selector == "*" || selector == topic
        || (selector.Contains('{', StringComparison.Ordinal)
            && Regex.IsMatch(topic, "^" + Regex.Replace(Regex.Escape(selector).Replace("}", "\\}", StringComparison.Ordinal), @"\\\{\w+\\\}", "[A-Za-z0-9._~,-]*") + "$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
}
