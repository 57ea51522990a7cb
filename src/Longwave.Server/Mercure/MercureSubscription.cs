using Longwave.Engine;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Server.Browsers;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary>A subscription of the protocol, translated into a request of the engine.</summary>
/// <param name="Request">The request for the engine.</param>
/// <param name="Matchers">Each matcher as the client wrote it, with its type; 0.x has no types.</param>
/// <param name="Cursor">The last event id of the response: the first event follows it. Null when the client sent none.</param>
internal sealed record MercureSubscription(SubscribeRequest Request, IReadOnlyList<(string? Type, string Text)> Matchers, string? Cursor)
{
    /// <summary>The names of the cursor in 1.0; the second is the spelling of a polyfill.</summary>
    private static readonly string[] Cursors = [LastEventId.Parameter, LastEventId.ParameterAlias];

    /// <summary>The names of the cursor in 0.x, the newest first.</summary>
    private static readonly string[] LegacyCursors = ["lastEventID", .. Cursors, "Last-Event-ID"];

    /// <summary>The subscription of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fields">The fields of the query, then of the body.</param>
    /// <param name="dialect">The dialect of the fields.</param>
    /// <param name="topics">The topics in the fields.</param>
    /// <param name="engine">The engine that looks up events.</param>
    public static MercureSubscription Of(HttpRequest request, FormFields fields, Dialect dialect, MercureTopics topics, HubEngine engine)
    {
        string? asked = LastEventId.Read(
            request.Headers, (dialect == Dialect.Current ? Cursors : LegacyCursors).Select(fields.First).FirstOrDefault(static value => value is not null));
        var wanted = new SubscribeRequest
        {
            Selectors = topics.Selectors,
            Format = EventFormat.SseWithIds,
            LastEventId = asked,
            NeedsStartEvent = EventSourceRequest.Is(request),
        };
        StartPosition start = engine.ResolveStart(wanted);
        return new MercureSubscription(wanted with { Start = start }, topics.Matchers, CursorOf(asked, start));
    }

    /// <summary>The last event id of the answer: what the client sent if the stream continues from that event, otherwise the start of the log.</summary>
    private static string? CursorOf(string? asked, in StartPosition start) => asked is null || start.IsEventKept ? asked : EventRules.EarliestId;

    /// <summary>The start of the stream as the hub writes positions: another name of the cursor, in ASCII.</summary>
    public string Position(uint epoch) => $"{EventRules.PositionMark}{new Position(epoch, Request.Start!.Value.After)}";
}
