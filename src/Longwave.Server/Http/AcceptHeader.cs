using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Http;

/// <summary>Selects the media type of the answer (RFC 9110, section 12.5.1).</summary>
internal static class AcceptHeader
{
    private static readonly (EventsMedia Media, string Type, string Subtype)[] Offers =
    [
        (EventsMedia.EventStream, "text", "event-stream"),
        (EventsMedia.Ndjson, "application", "x-ndjson"),
        (EventsMedia.Ndjson, "application", "ndjson"),
        (EventsMedia.Json, "application", "json"),
    ];

    /// <summary>
    /// The media type with the highest weight; of several, the one named most exactly (<c>application/json, */*</c> means JSON), then the
    /// first that the hub offers. An absent or empty header means the event stream. Malformed elements are ignored.
    /// </summary>
    public static Problem? TryNegotiate(StringValues accept, out EventsMedia media)
    {
        media = EventsMedia.EventStream;
        string header = accept.ToString();
        if (string.IsNullOrWhiteSpace(header))
        {
            return null;
        }

        (double Quality, int Exactness) best = (0, 0);
        foreach ((EventsMedia candidate, string type, string subtype) in Offers)
        {
            (double Quality, int Exactness) rank = Rank(header, type, subtype);
            if (rank.Quality > best.Quality || (rank.Quality == best.Quality && rank.Quality > 0 && rank.Exactness > best.Exactness))
            {
                best = rank;
                media = candidate;
            }
        }

        return best.Quality > 0
            ? null
            : new Problem(
                ProblemTypes.NotAcceptable,
                "`Accept` allows none of `text/event-stream` (a stream), `application/x-ndjson` (a stream of lines), `application/json` (a poll).",
                "Accept");
    }

    /// <summary>Whether the client accepts an event stream. An absent or malformed header accepts everything.</summary>
    public static bool AllowsEventStream(StringValues accept)
    {
        string header = accept.ToString();
        return string.IsNullOrWhiteSpace(header) || Rank(header, "text", "event-stream").Quality > 0 || !HasRange(header);
    }

    private static bool HasRange(ReadOnlySpan<char> header)
    {
        foreach (Range element in header.Split(','))
        {
            if (MediaRange.TryParse(header[element], out _))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The weight of one media type, from the most specific matching range.</summary>
    private static (double Quality, int Exactness) Rank(ReadOnlySpan<char> header, string type, string subtype)
    {
        (double Quality, int Exactness) rank = (0, 0);
        foreach (Range element in header.Split(','))
        {
            if (MediaRange.TryParse(header[element], out MediaRange range))
            {
                int exactness = range.Match(type, subtype);
                if (exactness > rank.Exactness)
                {
                    rank = (range.Quality, exactness);
                }
            }
        }

        return rank;
    }
}
