using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Positions;
using Longwave.Client.Telemetry;

namespace Longwave.Client.Subscriptions;

/// <summary>
/// One enumeration of a subscription. It 1. connects at its position, 2. processes notices of the hub, 3. returns events that are not repeats to the caller, 4.
/// evaluates how the connection ended, and 5. waits and starts again.
/// </summary>
internal sealed class SubscriptionRun : IAsyncEnumerator<ReceivedEvent>
{
    private readonly Subscription _subscription;
    private readonly SubscriptionOptions _options;
    private readonly HubHttp _http;
    private readonly EventsRequest _request;
    private readonly PositionKeeper _positions;
    private readonly DecorrelatedJitter _backoff;
    private readonly TokenRenewal _renewal;
    private readonly ConnectionTimes? _times;
    private readonly CancellationToken _cancellation;
    private ResumePoint? _place;
    private ITransport? _transport;
    private ReceivedEvent? _current;
    private SubscriptionChange _last = new(SubscriptionState.Connecting);
    private TimeSpan _floor;
    private TimeSpan? _asked;
    private string? _closing;
    private long _openedAt;
    private long _pollUntil;
    private int _attempt;
    private int _openedAttempt;
    private HubFailure? _unavailable;
    private bool _open;
    private bool _everOpen;
    private bool _tokenRefused;
    private bool _ended;

    public SubscriptionRun(Subscription subscription, HubHttp http, TelemetryReporter? telemetry, Func<double> random, CancellationToken cancellation)
    {
        (_subscription, _options, _http, _cancellation) = (subscription, subscription.Options, http, cancellation);
        _request = new EventsRequest(http, _options);
        _positions = new PositionKeeper(_options.PositionStore, _options.PositionSaveInterval, http.Clock);
        _backoff = new DecorrelatedJitter(_options.Reconnect.MaxDelay, random);
        _renewal = new TokenRenewal(http, cancellation);
        _times = telemetry is null ? null : ConnectionTimes.Sample(telemetry, random);
        _floor = _options.Reconnect.MinDelay;
    }

    public ReceivedEvent Current => _current ?? throw new InvalidOperationException("There is no current event; call MoveNextAsync first.");

    public async ValueTask<bool> MoveNextAsync()
    {
        if (_ended)
        {
            return false;
        }

        _cancellation.ThrowIfCancellationRequested();
        _place ??= new ResumePoint(await _positions.LoadAsync(_cancellation).ConfigureAwait(false) ?? _options.LastEventId, _options.Since);
        try
        {
            _current = await NextAsync(_place).ConfigureAwait(false);
            return _current is not null;
        }
        catch (Exception exception) when (!_ended)
        {
            End((exception as LongwaveException)?.Failure);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            End(null);
        }

        await _renewal.DisposeAsync().ConfigureAwait(false);
        if (_current is not null && _current.Id == _subscription.HandledId)
        {
            _positions.Mark(_place?.LastEventId);
        }

        await _positions.SaveLastAsync().ConfigureAwait(false);
    }

    private async ValueTask<ReceivedEvent?> NextAsync(ResumePoint place)
    {
        // A caller that requests the next event has handled the one before.
        _positions.Mark(place.LastEventId);
        while (true)
        {
            await _positions.SaveAsync(_cancellation).ConfigureAwait(false);
            _transport ??= Connect(place);
            Delivery delivery = await _transport.NextAsync().ConfigureAwait(false);
            switch (delivery.Kind)
            {
                case DeliveryKind.Event when !delivery.HadId || place.OnEvent(delivery.Event!.Id, _transport.IsHub):
                    _times?.Event(delivery.Event!);
                    return delivery.Event;
                case DeliveryKind.Opened:
                    OnOpened(place);
                    break;
                case DeliveryKind.Id:
                    place.OnId(delivery.Id!);
                    _positions.Mark(place.LastEventId);
                    break;
                case DeliveryKind.Notice:
                    OnNotice(delivery.Notice!, place);
                    if (delivery.Id is { } id)
                    {
                        place.OnId(id);
                    }

                    _positions.Mark(place.LastEventId);
                    break;
                case DeliveryKind.Comment when !place.OnComment(delivery.Comment.Span):
                case DeliveryKind.Tip when !place.OnTip(delivery.Tip):
                    await OnEndAsync(new ConnectionEnd(ReconnectCause.OtherLog) { Token = _transport.Token }, place).ConfigureAwait(false);
                    break;
                case DeliveryKind.Comment or DeliveryKind.Tip:
                    _positions.Mark(place.LastEventId);
                    break;
                case DeliveryKind.End when !await OnEndAsync(delivery.End!, place).ConfigureAwait(false):
                    End(null);
                    return null;
            }
        }
    }

    /// <summary>1. Connects with the current transport, at the position where the last connection ended.</summary>
    private ITransport Connect(ResumePoint place)
    {
        _attempt++;
        Say(new SubscriptionChange(SubscriptionState.Connecting) { Cause = _last.Cause, Failure = _last.Failure });
        (_asked, _closing, _unavailable, _open) = (null, null, null, false);
        _times?.Connecting();

        // Read the token first: a change between the two lines then cancels the new connection at once.
        CancellationToken changed = _subscription.ModeChange;
        bool polls = _subscription.Mode == SubscriptionMode.Poll;
        return polls || _http.Clock.GetTimestamp() < _pollUntil
            ? new PollTransport(_http, _request, place, longPolls: !polls, _pollUntil, changed, _cancellation)
            : new StreamTransport(_http, _request, place.LastEventId, changed, _cancellation);
    }

    private void OnOpened(ResumePoint place)
    {
        place.Connected();
        (_open, _everOpen, _tokenRefused, _openedAt) = (true, true, false, _http.Clock.GetTimestamp());
        _times?.Connected(_transport is StreamTransport);
        Say(new SubscriptionChange(_transport is StreamTransport ? SubscriptionState.Streaming : SubscriptionState.Polling) { Cause = _last.Cause });
        (_openedAttempt, _attempt) = (_attempt, 0);
    }

    /// <summary>2. Processes a message of the hub about the stream.</summary>
    private void OnNotice(HubNotice notice, ResumePoint place)
    {
        switch (notice.Type)
        {
            case HubNotice.Gap:
                _options.Gap?.Invoke(new GapNotice(notice.Member("from") ?? "", notice.Member("to") ?? "", notice.Member("reason") ?? ""));
                break;
            case HubNotice.Reset:
                place.OnReset();
                _options.Reset?.Invoke(new ResetNotice(notice.Member("epoch") ?? "", notice.Member("reason") ?? ""));
                break;
            case HubNotice.Reconnect:
                _asked = notice.Retry ?? _transport!.Retry ?? TimeSpan.Zero;
                break;
            case HubNotice.Unavailable:
                OnUnavailable(notice);
                break;
            case HubNotice.TokenExpiring when (notice.Member("connection") ?? _transport!.ConnectionId) is { Length: > 0 } connection:
                _renewal.Begin(connection, _transport!.Token);
                break;
            case HubNotice.Complete:
                _options.Completed?.Invoke(notice.Member("topic") ?? "");
                break;
            case HubNotice.Closed:
                _closing = notice.Member("reason");
                break;
        }

        _options.Noticed?.Invoke(notice);
    }

    /// <summary>A rejection in the form of a stream (protocol section 5.7) counts as status 503: no connection was opened.</summary>
    private void OnUnavailable(HubNotice notice)
    {
        (_open, _attempt) = (false, _openedAttempt);
        _unavailable = new HubFailure(FailureKind.Problem, $"{_http.Name} cannot serve the stream now ({notice.Member("reason")}).")
        {
            IsTemporary = true,
            Status = 503,
            RetryAfter = notice.Retry,
        };
    }

    /// <summary>4. and 5. Evaluates the end and waits. False when no more events will come.</summary>
    /// <exception cref="LongwaveException">The hub rejected the subscription permanently.</exception>
    private async ValueTask<bool> OnEndAsync(ConnectionEnd end, ResumePoint place)
    {
        bool stable = _open && _http.Clock.GetElapsedTime(_openedAt) >= _options.Reconnect.StableAfter;
        if (stable)
        {
            _backoff.Reset();
        }

        if (Bounded(_transport!.Retry) is { } retry)
        {
            (_floor, _backoff.FloorIsRandom) = (retry, _transport.IsHub);
        }

        end = end with { Token = _renewal.TriedOn(_transport.ConnectionId) ?? end.Token };
        _transport.Dispose();
        _transport = null;
        end = Judge(end);
        if (end.Cause is not { } cause)
        {
            return false;
        }

        _times?.Lost(cause);
        bool atOnce = await RenewTokenAsync(end).ConfigureAwait(false) && (stable || cause == ReconnectCause.Refused);
        if (cause == ReconnectCause.NoGreeting && end.IsSwitch)
        {
            _pollUntil = _http.Clock.GetTimestamp() + (long)(_options.StreamRetryInterval.TotalSeconds * _http.Clock.TimestampFrequency);
        }
        else if (!end.IsSwitch)
        {
            // After polls fail, nothing is known about streams: try a stream next.
            _pollUntil = 0;
        }

        if (atOnce || end.IsSwitch)
        {
            _last = _last with { Cause = cause, Failure = end.Failure };
            return true;
        }

        TimeSpan wait = cause == ReconnectCause.Asked ? Bounded(_asked)!.Value : _backoff.Next(_floor, Bounded(end.Failure?.RetryAfter));
        Say(new SubscriptionChange(SubscriptionState.Waiting) { Cause = cause, Failure = end.Failure, Delay = wait });
        await WaitAsync(wait).ConfigureAwait(false);
        return true;
    }

    /// <summary>Distinguishes temporary failures from permanent ones.</summary>
    private ConnectionEnd Judge(ConnectionEnd end)
    {
        if (_closing == "complete")
        {
            return ConnectionEnd.NothingMore;
        }

        if (_closing == "revoked")
        {
            throw new LongwaveException(new HubFailure(FailureKind.Revoked, $"{_http.Name} has revoked the token."));
        }

        if (_closing == "ended")
        {
            throw new LongwaveException(new HubFailure(FailureKind.Revoked, $"An administrator of {_http.Name} has ended this stream."));
        }

        if (_closing == "token-expired")
        {
            return end with { Cause = ReconnectCause.TokenExpired };
        }

        if (_unavailable is not null)
        {
            return end with { Cause = ReconnectCause.Refused, Failure = _unavailable };
        }

        if (_asked is not null && end.Cause is ReconnectCause.Ended or ReconnectCause.Broken)
        {
            return end with { Cause = ReconnectCause.Asked, Failure = null };
        }

        // After a successful connection, such a response comes from a proxy or gateway and is temporary.
        bool passes = end.Failure is null || end.Failure.IsTemporary || (_everOpen && end.Failure.Kind is (FailureKind.NotAHub or FailureKind.NotSecure));
        if (!passes && !IsTokenRefused(end))
        {
            throw new LongwaveException(end.Failure!);
        }

        return end;
    }

    private bool IsTokenRefused(ConnectionEnd end) => end.Failure?.Status == 401 && _http.Tokens.CanFetch && !_tokenRefused;

    /// <summary>Fetches a new token if the connection needs one. True when the next attempt can start without a delay.</summary>
    private async ValueTask<bool> RenewTokenAsync(ConnectionEnd end)
    {
        bool refused = IsTokenRefused(end);
        if ((!refused && end.Cause != ReconnectCause.TokenExpired) || !_http.Tokens.CanFetch)
        {
            return false;
        }

        // A second rejection without an open stream in between is permanent.
        _tokenRefused |= refused;
        try
        {
            await _http.Tokens.RenewAsync(end.Token, _cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TokenUnavailableException)
        {
            // The next attempt calls the provider again and reports its failure.
            return false;
        }
    }

    private async ValueTask WaitAsync(TimeSpan wait)
    {
        CancellationToken wake = _subscription.Wake;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wake, _cancellation);
        try
        {
            await Task.Delay(wait, _http.Clock, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (wake.IsCancellationRequested && !_cancellation.IsCancellationRequested)
        {
            // The caller called ReconnectNow.
        }
    }

    private TimeSpan? Bounded(TimeSpan? asked) => asked is { } time && time > _options.Reconnect.MaxAsked ? _options.Reconnect.MaxAsked : asked;

    private void End(HubFailure? failure)
    {
        _ended = true;
        _transport?.Dispose();
        _transport = null;
        Say(new SubscriptionChange(SubscriptionState.Stopped) { Cause = _last.Cause, Failure = failure });
    }

    private void Say(SubscriptionChange change)
    {
        _last = change with { Attempt = _attempt, LastEventId = _place?.LastEventId };
        _options.Changed?.Invoke(_last);
    }
}
