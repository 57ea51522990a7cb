using System.Net;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Protocol.EventStream;
using Longwave.Protocol.Positions;

namespace Longwave.Client.Subscriptions;

/// <summary>An open stream of server-sent events.</summary>
/// <param name="http">HTTP layer of the hub.</param>
/// <param name="query">Creates the request.</param>
/// <param name="lastEventId">Position to start after; null to start as the options specify.</param>
/// <param name="changed">Cancelled when the mode changes.</param>
/// <param name="cancellation">Cancelled when the caller stops.</param>
internal sealed class StreamTransport(
    HubHttp http, EventsRequest query, string? lastEventId, CancellationToken changed, CancellationToken cancellation) : ITransport
{
    private const int BufferBytes = 16 * 1024;

    private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(changed, cancellation);
    private readonly EventStreamParser _parser = new(new EventStreamParserOptions { MaxEventBytes = query.Options.MaxFrameBytes }, lastEventId ?? "");
    private readonly byte[] _buffer = new byte[BufferBytes];
    private Silence? _silence;
    private HttpResponseMessage? _response;
    private Stream? _stream;
    private int _start;
    private int _end;
    private bool _greeted;
    private bool? _isHub; // Null until the response header or the first line shows it.

    public TimeSpan? Retry => _parser.RetryMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    public bool IsHub => _isHub == true;

    public string? ConnectionId { get; private set; }

    public string? Token { get; private set; }

    /// <summary>Whether the server sends a greeting. A hub does; another server may send nothing for a long time.</summary>
    private bool Greets => query.Options.Address is null;

    private TimeSpan DeadAfter => (query.Options.Heartbeat ?? (Greets ? SubscriptionOptions.HubHeartbeat : null)) is { } heartbeat
        ? heartbeat * SubscriptionOptions.HeartbeatsMissed
        : Timeout.InfiniteTimeSpan;

    /// <summary>Time limit for the response headers. A server without a greeting may hold even the headers back until its first heartbeat.</summary>
    private TimeSpan HeadersWithin => !Greets && DeadAfter > query.Options.GreetingTimeout ? DeadAfter : query.Options.GreetingTimeout;

    public async ValueTask<Delivery> NextAsync()
    {
        try
        {
            if (_stream is null)
            {
                return await OpenAsync().ConfigureAwait(false);
            }

            while (true)
            {
                if (TryTake(out Delivery delivery))
                {
                    return delivery;
                }

                int read = await _stream.ReadAsync(_buffer, _silence!.Start(_greeted ? DeadAfter : query.Options.GreetingTimeout)).ConfigureAwait(false);
                _silence.Stop();
                if (read == 0)
                {
                    return End(new ConnectionEnd(ReconnectCause.Ended));
                }

                (_start, _end) = (0, read);
                if (!_greeted)
                {
                    _greeted = true;
                    return Delivery.Opened;
                }
            }
        }
        catch (EventTooLargeException exception)
        {
            return End(new ConnectionEnd(ReconnectCause.Broken, new HubFailure(FailureKind.EventTooLarge, exception.Message)));
        }
        catch (Exception exception) when (FailureReader.IsOfNetwork(exception, cancellation))
        {
            return End(Explain(exception));
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _response?.Dispose();
        _silence?.Dispose();
        _leaving.Dispose();
    }

    private async ValueTask<Delivery> OpenAsync()
    {
        // The time that the caller's token provider takes does not count against the hub.
        Token = query.IsOfHub ? await http.Tokens.GetAsync(_leaving.Token).ConfigureAwait(false) : null;
        _silence = new Silence(http.Clock, _leaving.Token);
        CancellationToken patience = _silence.Start(HeadersWithin);
        using HttpRequestMessage request = query.Make("text/event-stream", lastEventId);
        _response = await http.SendAsync(request, Token, patience).ConfigureAwait(false);
        ConnectionId = _response.Headers.TryGetValues("Longwave-Connection", out IEnumerable<string>? ids) ? ids.First() : null;
        if (await CheckAsync(_response, patience).ConfigureAwait(false) is { } refused)
        {
            return End(refused);
        }

        _isHub = ConnectionId is null ? null : true;
        _stream = await _response.Content.ReadAsStreamAsync(patience).ConfigureAwait(false);
        if (Greets)
        {
            return await NextAsync().ConfigureAwait(false);
        }

        _greeted = true;
        _silence.Stop();
        return Delivery.Opened;
    }

    /// <summary>Checks the response headers. Null when the response is a stream.</summary>
    private async Task<ConnectionEnd?> CheckAsync(HttpResponseMessage response, CancellationToken patience)
    {
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return ConnectionEnd.NothingMore;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new ConnectionEnd(ReconnectCause.Refused, await http.ExplainAsync(response, patience).ConfigureAwait(false));
        }

        string type = ResponseType.Of(response);
        return type == "text/event-stream"
            ? null
            : new ConnectionEnd(ReconnectCause.Refused, new HubFailure(
                FailureKind.NotAHub,
                $"{http.Name} answered with {(type.Length == 0 ? "no media type" : $"'{type}'")} instead of a stream. Check the URL and any proxy in front of the hub."));
    }

    /// <summary>Reads the next item from the bytes received so far.</summary>
    private bool TryTake(out Delivery delivery)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            StreamItem item = _parser.Read(ref rest, out ServerSentEvent e);
            _start = _end - rest.Length;
            if (item == StreamItem.Nothing)
            {
                delivery = default;
                return false;
            }

            _isHub ??= item == StreamItem.Comment && Position.TryParse(_parser.LastComment.Span, out _);
            if (item == StreamItem.Comment && !IsHub)
            {
                continue; // Comments of other servers have no meaning.
            }

            delivery = item switch
            {
                StreamItem.Event => MakeDelivery(e),
                StreamItem.Comment => Delivery.OfComment(_parser.LastComment),
                _ => Delivery.OfId(_parser.LastEventId),
            };
            return true;
        }
    }

    private Delivery MakeDelivery(in ServerSentEvent e) => IsHub && e.Type.StartsWith(HubNotice.Prefix, StringComparison.Ordinal)
        ? Delivery.OfNotice(new HubNotice(e.Type, EventReader.NoticeData(e)), _parser.HadId ? e.LastEventId : null)
        : Delivery.OfEvent(EventReader.FromStream(e, Greets ? query.Options.Format : SubscriptionFormat.Raw, IsHub ? _parser.Topic : null), _parser.HadId);

    private ConnectionEnd Explain(Exception exception)
    {
        if (changed.IsCancellationRequested)
        {
            return new ConnectionEnd(ReconnectCause.ModeChanged) { IsSwitch = true };
        }

        if (_silence is not { Broken: true })
        {
            HubFailure failure = http.Explain(exception);
            return new ConnectionEnd(failure.IsUnreachable ? ReconnectCause.Unreachable : ReconnectCause.Broken, failure);
        }

        if (_greeted)
        {
            string dead = $"No data from {http.Name} for {DeadAfter.TotalSeconds:0.#} s, not even a heartbeat: the connection is dead.";
            return new ConnectionEnd(ReconnectCause.Silent, new HubFailure(FailureKind.Silent, dead) { IsTemporary = true });
        }

        string held = $"No stream started from {http.Name} within {HeadersWithin.TotalSeconds:0.#} s; a proxy may be buffering it.";
        return new ConnectionEnd(ReconnectCause.NoGreeting, new HubFailure(FailureKind.TimedOut, held) { IsTemporary = true }) { IsSwitch = Greets && query.Options.LongPollFallback };
    }

    private Delivery End(ConnectionEnd end) => Delivery.OfEnd(end with { Token = Token });
}
