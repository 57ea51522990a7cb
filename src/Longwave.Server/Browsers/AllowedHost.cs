using System.Globalization;
using System.Net;
using Longwave.Server.Configuration;

namespace Longwave.Server.Browsers;

/// <summary>One entry of <see cref="ServerOptions.AllowedHosts"/>: <c>name</c>, <c>name:port</c>, <c>*.name</c> or <c>*</c>.</summary>
/// <param name="Name">The name in lower case; with a leading dot, without the star, for all names below it; empty for all hosts.</param>
/// <param name="Port">The port, or null for any.</param>
internal readonly record struct AllowedHost(string Name, int? Port)
{
    /// <summary>Reads an entry.</summary>
    public static bool TryParse(string? text, out AllowedHost host)
    {
        host = default;
        if (text is "*")
        {
            host = new AllowedHost("", null);
            return true;
        }

        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        bool below = text.StartsWith("*.", StringComparison.Ordinal);
        string name = below ? text[2..] : text;
        int? port = null;
        int colon = name.EndsWith(']') ? -1 : name.LastIndexOf(':');
        if (colon >= 0)
        {
            if (!int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > IPEndPoint.MaxPort)
            {
                return false;
            }

            (name, port) = (name[..colon], number);
        }

        if (Uri.CheckHostName(name.Trim('[', ']')) == UriHostNameType.Unknown)
        {
            return false;
        }

        host = new AllowedHost((below ? "." : "") + HostName.ToAscii(name).TrimEnd('.'), port);
        return true;
    }

    /// <summary>Whether the entry matches <paramref name="host"/>.</summary>
    /// <param name="host">In lower case, without a dot at its end.</param>
    /// <param name="port">The port, explicit or the default of the scheme.</param>
    public bool Matches(string host, int port) =>
        (Port is null || Port == port)
        && (Name.Length == 0 || (Name[0] == '.' ? host.EndsWith(Name, StringComparison.Ordinal) : host == Name));
}
