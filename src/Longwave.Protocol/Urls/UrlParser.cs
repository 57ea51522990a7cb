namespace Longwave.Protocol.Urls;

/// <summary>The basic URL parser (URL standard, section 4.4), without the standard's explicit state machine.</summary>
internal static class UrlParser
{
    public static UrlParts? Parse(string text, UrlParts? baseUrl)
    {
        ReadOnlySpan<char> input = Clean(text);
        int colon = SchemeLength(input);
        if (colon < 0)
        {
            return baseUrl is null ? null : ParseRelative(input, baseUrl);
        }

        string scheme = input[..colon].ToString().ToLowerInvariant();
        ReadOnlySpan<char> rest = input[(colon + 1)..];
        bool isSpecial = UrlParts.IsSpecial(scheme);
        if (isSpecial && baseUrl?.Scheme == scheme && !StartsWithSlashes(rest, isSpecial: false, 2))
        {
            return ParseRelative(rest, baseUrl);
        }

        if (scheme == "file")
        {
            return StartsWithSlashes(rest, isSpecial, 2) ? ParseAuthority(scheme, rest[2..]) : WithPath(scheme, "", "", "", "", [], rest);
        }

        if (isSpecial)
        {
            return ParseAuthority(scheme, rest.TrimStart("/\\"));
        }

        return rest.StartsWith("//") ? ParseAuthority(scheme, rest[2..])
            : rest.StartsWith("/") ? WithPath(scheme, "", "", "", "", [], rest)
            : WithOpaquePath(scheme, rest);
    }

    /// <summary>Canonicalizes a path: resolves dot segments and encodes every segment.</summary>
    /// <param name="path">The path.</param>
    /// <param name="before">Segments of the base path.</param>
    /// <param name="isSpecial">Whether a backslash counts as a slash.</param>
    public static string CanonicalPath(ReadOnlySpan<char> path, IEnumerable<string> before, bool isSpecial)
    {
        var segments = new List<string>(before);
        int start = StartsWithSlashes(path, isSpecial, 1) ? 1 : 0;
        if (path.IsEmpty && !isSpecial && segments.Count == 0)
        {
            return "";
        }

        while (start <= path.Length)
        {
            int length = isSpecial ? path[start..].IndexOfAny('/', '\\') : path[start..].IndexOf('/');
            bool isLast = length < 0;
            ReadOnlySpan<char> segment = isLast ? path[start..] : path.Slice(start, length);
            start = isLast ? path.Length + 1 : start + length + 1;
            int dots = Dots(segment);
            if (dots == 2 && segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }

            if (dots == 0)
            {
                segments.Add(UrlEncoding.Encode(segment, UrlEncoding.Path));
            }
            else if (isLast)
            {
                segments.Add("");
            }
        }

        return "/" + string.Join('/', segments);
    }

    private static UrlParts? ParseRelative(ReadOnlySpan<char> input, UrlParts baseUrl)
    {
        if (baseUrl.HasOpaquePath)
        {
            return input.StartsWith("#") ? baseUrl with { Fragment = UrlEncoding.Encode(input[1..], UrlEncoding.Fragment) } : null;
        }

        bool isSpecial = UrlParts.IsSpecial(baseUrl.Scheme);
        if (StartsWithSlashes(input, isSpecial, 2))
        {
            return ParseAuthority(baseUrl.Scheme, isSpecial && baseUrl.Scheme != "file" ? input.TrimStart("/\\") : input[2..]);
        }

        if (input.IsEmpty || input[0] is '?' or '#')
        {
            (_, string? query, string? fragment) = Split(input, isSpecial);
            return baseUrl with { Query = query ?? (input.StartsWith("?") ? "" : baseUrl.Query), Fragment = fragment };
        }

        string[] before = StartsWithSlashes(input, isSpecial, 1) || baseUrl.Path.Length == 0 ? [] : baseUrl.Path[1..].Split('/')[..^1];
        return WithPath(baseUrl.Scheme, baseUrl.Username, baseUrl.Password, baseUrl.Hostname, baseUrl.Port, before, input);
    }

    private static UrlParts? ParseAuthority(string scheme, ReadOnlySpan<char> input)
    {
        bool isSpecial = UrlParts.IsSpecial(scheme);
        int end = isSpecial ? input.IndexOfAny("/\\?#") : input.IndexOfAny("/?#");
        ReadOnlySpan<char> authority = end < 0 ? input : input[..end];
        ReadOnlySpan<char> rest = end < 0 ? default : input[end..];
        (string username, string password) = ("", "");
        int at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            ReadOnlySpan<char> user = authority[..at];
            int colon = user.IndexOf(':');
            username = UrlEncoding.Encode(colon < 0 ? user : user[..colon], UrlEncoding.UserInfo);
            password = colon < 0 ? "" : UrlEncoding.Encode(user[(colon + 1)..], UrlEncoding.UserInfo);
            authority = authority[(at + 1)..];
        }

        int bracket = authority.LastIndexOf(']');
        int portColon = authority[(bracket + 1)..].IndexOf(':');
        ReadOnlySpan<char> hostText = portColon < 0 ? authority : authority[..(bracket + 1 + portColon)];
        ReadOnlySpan<char> portText = portColon < 0 ? default : authority[(bracket + 2 + portColon)..];
        string? host = hostText.IsEmpty ? (isSpecial && scheme != "file" ? null : "") : UrlHost.Canonicalize(hostText, isSpecial);
        return host is null || !TryReadPort(portText, scheme, out string port) || (host.Length == 0 && (at >= 0 || port.Length > 0))
            ? null
            : WithPath(scheme, username, password, scheme == "file" && host == "localhost" ? "" : host, port, [], rest);
    }

    private static bool TryReadPort(ReadOnlySpan<char> text, string scheme, out string port)
    {
        port = "";
        if (text.IsEmpty)
        {
            return true;
        }

        if (text.ContainsAnyExceptInRange('0', '9') || !ushort.TryParse(text, out ushort number))
        {
            return false;
        }

        string canonical = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        port = canonical == UrlParts.DefaultPort(scheme) ? "" : canonical;
        return true;
    }

    private static UrlParts WithPath(
        string scheme, string username, string password, string host, string port, IEnumerable<string> before, ReadOnlySpan<char> rest)
    {
        bool isSpecial = UrlParts.IsSpecial(scheme);
        (string path, string? query, string? fragment) = Split(rest, isSpecial);
        return new UrlParts(scheme, username, password, host, port, CanonicalPath(path, before, isSpecial), query, fragment, HasOpaquePath: false);
    }

    private static UrlParts WithOpaquePath(string scheme, ReadOnlySpan<char> rest)
    {
        (string path, string? query, string? fragment) = Split(rest, isSpecial: false);
        return new UrlParts(scheme, "", "", "", "", UrlEncoding.Encode(path, UrlEncoding.Control), query, fragment, HasOpaquePath: true);
    }

    private static (string Path, string? Query, string? Fragment) Split(ReadOnlySpan<char> rest, bool isSpecial)
    {
        string? fragment = null;
        string? query = null;
        int hash = rest.IndexOf('#');
        if (hash >= 0)
        {
            fragment = UrlEncoding.Encode(rest[(hash + 1)..], UrlEncoding.Fragment);
            rest = rest[..hash];
        }

        int question = rest.IndexOf('?');
        if (question >= 0)
        {
            query = UrlEncoding.Encode(rest[(question + 1)..], isSpecial ? UrlEncoding.SpecialQuery : UrlEncoding.Query);
            rest = rest[..question];
        }

        return (rest.ToString(), query, fragment);
    }

    /// <summary>Removes controls and spaces at both ends, and tabs and line ends everywhere.</summary>
    private static ReadOnlySpan<char> Clean(string text)
    {
        ReadOnlySpan<char> input = text;
        int start = input.IndexOfAnyExceptInRange('\0', ' ');
        input = start < 0 ? default : input[start..(input.LastIndexOfAnyExceptInRange('\0', ' ') + 1)];
        return input.ContainsAny('\t', '\r', '\n') ? string.Concat(input.ToString().Where(static c => c is not ('\t' or '\r' or '\n'))) : input;
    }

    private static int SchemeLength(ReadOnlySpan<char> input)
    {
        int colon = input.IndexOf(':');
        if (colon <= 0 || !char.IsAsciiLetter(input[0]))
        {
            return -1;
        }

        foreach (char c in input[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
            {
                return -1;
            }
        }

        return colon;
    }

    private static bool StartsWithSlashes(ReadOnlySpan<char> text, bool isSpecial, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i >= text.Length || (text[i] != '/' && (!isSpecial || text[i] != '\\')))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Number of dots of a dot segment: 1 for <c>.</c>, 2 for <c>..</c>, in any encoding; 0 for other segments.</summary>
    private static int Dots(ReadOnlySpan<char> segment)
    {
        int dots = 0;
        while (!segment.IsEmpty)
        {
            int length = segment[0] == '.' ? 1 : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (length == 0 || ++dots > 2)
            {
                return 0;
            }

            segment = segment[length..];
        }

        return dots;
    }
}
