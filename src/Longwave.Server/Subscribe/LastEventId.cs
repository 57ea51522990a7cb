using Longwave.Protocol.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Subscribe;

/// <summary>The last event id of a request, from its header or a query parameter. The engine decides what it means.</summary>
internal static class LastEventId
{
    /// <summary>Name of the query parameter.</summary>
    public const string Parameter = "last_event_id";

    /// <summary>Its spelling in the most used polyfill of EventSource.</summary>
    public const string ParameterAlias = "lastEventId";

    /// <summary>Longest id that is evaluated, in characters. No event has a longer one, so a cut id is not valid and gets a reset in the stream.</summary>
    private const int MaxLength = EventRules.MaxIdBytes + 1;

    /// <summary>Reads the id; null if the client sent none.</summary>
    /// <param name="headers">Headers of the request. The header takes precedence, because a reconnecting EventSource updates only the header.</param>
    /// <param name="parameter">Value of the query parameter, or null.</param>
    public static string? Read(IHeaderDictionary headers, string? parameter)
    {
        StringValues header = headers["Last-Event-ID"];
        string? id = StringValues.IsNullOrEmpty(header) ? parameter : header.ToString();
        return string.IsNullOrEmpty(id) ? null : id.Length > MaxLength ? id[..MaxLength] : id;
    }
}
