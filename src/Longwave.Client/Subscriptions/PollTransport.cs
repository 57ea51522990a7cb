using System.Net;
using System.Text.Json;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>Sends one request after another: long polls that replace a blocked stream, or short polls at an interval.</summary>
/// <param name="http">HTTP layer of the hub.</param>
/// <param name="query">Creates the requests.</param>
/// <param name="place">Position to resume at. The consumer of the deliveries keeps it current.</param>
/// <param name="longPolls">Whether the hub may hold each request until an event arrives.</param>
/// <param name="until">Timestamp of the clock at which long polls end and a stream is tried again.</param>
/// <param name="changed">Cancelled when the mode changes.</param>
/// <param name="cancellation">Cancelled when the caller stops.</param>
internal sealed class PollTransport(
    HubHttp http, EventsRequest query, ResumePoint place, bool longPolls, long until, CancellationToken changed, CancellationToken cancellation) : ITransport
{
    // Added to the time that the hub may hold a request.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    // A hub ends a response after the event that passes its limit, 4 MiB by default. Twice that leaves room for notices and a higher limit.
    private const long EventsBytes = 8 * 1024 * 1024;

    private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(changed, cancellation);
    private readonly Queue<Delivery> _deliveries = [];
    private bool _more = true;
    private bool _opened;

    public TimeSpan? Retry => null;

    /// <summary>Always true: only hubs support polls.</summary>
    public bool IsHub => true;

    public string? ConnectionId => null;

    public string? Token { get; private set; }

    public async ValueTask<Delivery> NextAsync()
    {
        try
        {
            Delivery delivery;
            while (!_deliveries.TryDequeue(out delivery))
            {
                if (longPolls && http.Clock.GetTimestamp() >= until)
                {
                    return Delivery.OfEnd(new ConnectionEnd(ReconnectCause.ModeChanged) { IsSwitch = true });
                }

                if (!longPolls && !_more)
                {
                    await Task.Delay(query.Options.PollInterval, http.Clock, _leaving.Token).ConfigureAwait(false);
                }

                if (await PollAsync().ConfigureAwait(false) is { } end)
                {
                    return Delivery.OfEnd(end with { Token = Token });
                }
            }

            return delivery;
        }
        catch (Exception exception) when (FailureReader.IsOfNetwork(exception, cancellation))
        {
            if (changed.IsCancellationRequested)
            {
                return Delivery.OfEnd(new ConnectionEnd(ReconnectCause.ModeChanged) { IsSwitch = true });
            }

            HubFailure failure = http.Explain(exception);
            return Delivery.OfEnd(new ConnectionEnd(failure.IsUnreachable ? ReconnectCause.Unreachable : ReconnectCause.Broken, failure));
        }
    }

    public void Dispose() => _leaving.Dispose();

    /// <summary>Sends one request and queues what it returns. Null on success.</summary>
    private async ValueTask<ConnectionEnd?> PollAsync()
    {
        TimeSpan wait = longPolls ? query.Options.LongPollWait : TimeSpan.Zero;
        using var silence = new Silence(http.Clock, _leaving.Token);
        CancellationToken patience = silence.Start(wait + AnswerTimeout);
        Token = await http.Tokens.GetAsync(patience).ConfigureAwait(false);
        using HttpRequestMessage request = query.Make("application/json", place.LastEventId, wait);
        using HttpResponseMessage response = await http.SendAsync(request, Token, patience).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return ConnectionEnd.NothingMore;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new ConnectionEnd(ReconnectCause.Refused, await http.ExplainAsync(response, patience).ConfigureAwait(false));
        }

        long most = EventsBytes + EventSizes.MaxFrameBytes(query.Options.MaxEventBytes, isJson: true);
        byte[]? body = await BoundedBody.TryReadAsync(response, most, patience).ConfigureAwait(false);
        if (body is null)
        {
            return new ConnectionEnd(ReconnectCause.Broken, new HubFailure(FailureKind.EventTooLarge, $"{http.Name} answered with more than {most} bytes."));
        }

        return TryQueue(body)
            ? null
            : new ConnectionEnd(ReconnectCause.Refused, new HubFailure(FailureKind.NotAHub, $"{http.Name} answered with something other than events. Check the URL and any proxy in front of the hub."));
    }

    /// <summary>The delivery of an event of the log. The completion of a topic is one, and a message of the hub.</summary>
    private static Delivery OfEvent(ReceivedEvent e) =>
        e.Type == HubNotice.Complete ? Delivery.OfNotice(new HubNotice(e.Type, e.Data), e.Id) : Delivery.OfEvent(e, hadId: true);

    /// <summary>Queues notices before events, because a gap precedes the oldest event that is still in the log.</summary>
    private bool TryQueue(byte[] body)
    {
        var queued = new List<Delivery>();
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("notices", out JsonElement notices))
            {
                queued.AddRange(notices.EnumerateArray().Select(static n => Delivery.OfNotice(
                    new HubNotice(n.GetProperty("type").GetString() ?? "", n.TryGetProperty("data", out JsonElement data) ? data.ToString() : ""))));
            }

            JsonElement events = root.GetProperty("events");
            queued.AddRange(events.EnumerateArray().Select(static e => OfEvent(EventReader.FromPoll(e))));
            if (Position.TryParse(root.GetProperty("next").GetString(), out Position next))
            {
                queued.Add(Delivery.OfTip(next));
            }

            // A response with events may have been cut at the hub's limit: fetch the rest at once.
            _more = events.GetArrayLength() > 0;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }

        if (!_opened)
        {
            _opened = true;
            _deliveries.Enqueue(Delivery.Opened);
        }

        queued.ForEach(_deliveries.Enqueue);
        return true;
    }
}
