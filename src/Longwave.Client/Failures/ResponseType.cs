using System.Net.Http.Headers;

namespace Longwave.Client.Failures;

/// <summary>The media type of a response, parsed as browsers parse it: malformed parameters are ignored.</summary>
internal static class ResponseType
{
    /// <summary>
    /// Returns the type without parameters, in lower case; empty when the response has none. Of several values the last one counts (Fetch, section 2.2.6).
    /// </summary>
    public static string Of(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values))
        {
            return "";
        }

        string type = "";
        foreach (string value in values)
        {
            type = LastOf(value);
        }

        return type;
    }

    private static string LastOf(string value)
    {
        int start = 0;
        int end = value.Length;
        bool quoted = false;
        for (int i = 0; i < value.Length; i++)
        {
            quoted ^= value[i] == '"';
            if (!quoted && value[i] == ',')
            {
                (start, end) = (i + 1, value.Length);
            }
            else if (value[i] == ';')
            {
                end = Math.Min(end, i);
            }
        }

        return value[start..end].Trim().ToLowerInvariant();
    }
}
