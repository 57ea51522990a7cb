using System.Globalization;
using Longwave.Engine.Subscribers;
using Longwave.Server.Http;

namespace Longwave.Server.Subscribe;

/// <summary><c>max_rate</c> and <c>conflate</c>: how often a stream delivers, and whether it omits superseded events.</summary>
internal static class PaceParameters
{
    public static readonly QueryParameter MaxRate = new("max_rate");

    public static readonly QueryParameter Conflate = new("conflate");

    public static Problem? TryRead(QueryValues values, EventsMedia media, out double maxRate, out bool conflate)
    {
        conflate = false;
        Problem? problem = TryReadMaxRate(values.Single(MaxRate.Name), out maxRate);
        if (problem is null && values.Single(Conflate.Name) is { } text)
        {
            conflate = text == "key";
            problem = conflate ? null : new Problem(
                ProblemTypes.InvalidParameter, "`conflate` must be `key`: of the waiting events, the hub sends only the newest of each topic and key. Omit it to receive all events.", Conflate.Name);
        }

        return problem ?? (media == EventsMedia.Json && (maxRate > 0 || conflate)
            ? new Problem(
                ProblemTypes.InvalidParameter,
                "`max_rate` and `conflate` are for streams only: the client decides how often it polls. Omit it, or send `Accept: text/event-stream`.",
                maxRate > 0 ? MaxRate.Name : Conflate.Name)
            : null);
    }

    private static Problem? TryReadMaxRate(string? text, out double maxRate)
    {
        maxRate = 0;
        return text is null
            || (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out maxRate)
                && maxRate is >= SubscribeRequest.LeastRate and <= SubscribeRequest.MostRate)
            ? null
            : new Problem(
                ProblemTypes.InvalidParameter,
                string.Create(CultureInfo.InvariantCulture, $"`max_rate` must be a number of deliveries per second, from {SubscribeRequest.LeastRate} to {SubscribeRequest.MostRate}, e.g. `0.5` for one every two seconds."),
                MaxRate.Name);
    }
}
