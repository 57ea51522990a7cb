using System.Net;
using System.Text.Json;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>One request after the other: long polls in the place of a stream that does not come through, or short ones at an interval.</summary>
/// <param name="http">The hub.</param>
/// <param name="query">What to ask for.</param>
/// <param name="place">Where to go on; kept current by whoever takes the deliveries.</param>
/// <param name="longPolls">Whether the hub may hold each request until there is something.</param>
/// <param name="until">When long polls have replaced the stream for long enough, as a timestamp of the clock.</param>
/// <param name="changed">Ends it because the mode was changed.</param>
/// <param name="cancellation">Ends it because the caller leaves.</param>
internal sealed class PollTransport(
    HubHttp http, EventsRequest query, ResumePoint place, bool longPolls, long until, CancellationToken changed, CancellationToken cancellation) : ITransport
{
    // Beside the time that the hub may wait.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    // An answer ends at the hub's limit (4 MiB unless configured), but always holds one event.
    private const int EventsPerAnswer = 4;

    private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(changed, cancellation);
    private readonly Queue<Delivery> _deliveries = [];
    private bool _more = true;
    private bool _opened;

    public TimeSpan? Retry => null;

    /// <summary>No other server has polls.</summary>
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

    /// <summary>Asks once and queues what came; null when it worked.</summary>
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

        long most = (long)query.Options.MaxEventBytes * EventsPerAnswer;
        byte[]? body = await BoundedBody.TryReadAsync(response, most, patience).ConfigureAwait(false);
        if (body is null)
        {
            return new ConnectionEnd(ReconnectCause.Broken, new HubFailure(FailureKind.EventTooLarge, $"{http.Name} answered with more than {most} bytes."));
        }

        return TryQueue(body)
            ? null
            : new ConnectionEnd(ReconnectCause.Refused, new HubFailure(FailureKind.NotAHub, $"{http.Name} answered with something else than events: is it a hub, or a proxy before one?"));
    }

    /// <summary>Notices come first: a gap stands before the oldest event that is kept.</summary>
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
            queued.AddRange(events.EnumerateArray().Select(static e => Delivery.OfEvent(EventReader.FromPoll(e), hadId: true)));
            if (Position.TryParse(root.GetProperty("next").GetString(), out Position next))
            {
                queued.Add(Delivery.OfTip(next));
            }

            // An answer with events may have been cut at the hub's limit: the rest is fetched at once.
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
