using System.Net;
using System.Net.Http.Headers;
using Longwave.Arguments;
using Longwave.Hubs;
using Longwave.Protocol.EventStream;

namespace Longwave.Tail;

/// <summary>One connection of a tail, from the request to its end.</summary>
/// <param name="hub">The hub.</param>
/// <param name="arguments">What to ask for.</param>
/// <param name="place">Where to begin; kept up to date.</param>
/// <param name="listener">Gets what comes.</param>
/// <param name="clock">The clock.</param>
internal sealed class StreamConnection(HubConnection hub, TailArguments arguments, Place place, TailSession listener, TimeProvider clock)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>A hub can be set to take events of 64 MiB, and JSON needs some more for them.</summary>
    private static readonly EventStreamParserOptions ParserOptions = new() { MaxEventBytes = 128 * 1024 * 1024 };

    /// <summary>Connects, and reads until the stream ends in one of the ways it can.</summary>
    public async Task<StreamEnd> RunAsync(CancellationToken cancellation)
    {
        using var silence = new Silence(arguments.Silence, clock, cancellation);
        bool connected = false;
        var parser = new EventStreamParser(ParserOptions, place.LastEventId ?? "");
        try
        {
            using HttpRequestMessage request = MakeRequest();
            using HttpResponseMessage response = await hub.SendAsync(request, silence.Start());
            if (await CheckAsync(response, silence.Start()) is { } refused)
            {
                return refused;
            }

            connected = true;
            place.Connected();
            listener.OnConnected();
            await using Stream stream = await response.Content.ReadAsStreamAsync(silence.Start());
            bool enough = await ReadAsync(stream, parser, silence);
            return new StreamEnd(enough ? StreamEndKind.Enough : StreamEndKind.Ended) { Connected = true, Retry = RetryOf(parser) };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            HubFailure failure = connected && silence.Broken
                ? new HubFailure($"Nothing came from {hub.Address} for {Duration.Format(arguments.Silence)}, not even a heartbeat: the connection is dead.") { IsTemporary = true }
                : HubFailure.FromException(hub.Address, exception);
            return new StreamEnd(StreamEndKind.Broken, failure) { Connected = connected, Retry = RetryOf(parser) };
        }
        catch (EventTooLargeException exception)
        {
            return new StreamEnd(StreamEndKind.Refused, new HubFailure(exception.Message)) { Connected = true };
        }
    }

    private static TimeSpan? RetryOf(EventStreamParser parser) => parser.RetryMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    private HttpRequestMessage MakeRequest()
    {
        IEnumerable<KeyValuePair<string, string?>> query =
        [
            .. arguments.Selectors.Select(static s => KeyValuePair.Create<string, string?>("topic", s)),
            .. arguments.Types.Select(static t => KeyValuePair.Create<string, string?>("type", t)),
            new("since", arguments.Since),
            new("format", "cloudevents"),
        ];
        var request = new HttpRequestMessage(HttpMethod.Get, hub.Address.Events(query));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        if (place.LastEventId is { } id)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", id);
        }

        return request;
    }

    /// <summary>Null when the answer is a stream.</summary>
    private async Task<StreamEnd?> CheckAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return new StreamEnd(StreamEndKind.NothingMore);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new StreamEnd(StreamEndKind.Refused, await HubFailure.FromResponseAsync(hub.Address, response, clock, cancellation));
        }

        string? type = response.Content.Headers.ContentType?.MediaType;
        return type == "text/event-stream"
            ? null
            : new StreamEnd(StreamEndKind.Refused, new HubFailure(
                $"{hub.Address} answered with {(type is null ? "something without a type" : $"'{type}'")} instead of a stream: is it a hub, or a proxy before one?"));
    }

    /// <summary>True when the listener has enough.</summary>
    private async Task<bool> ReadAsync(Stream stream, EventStreamParser parser, Silence silence)
    {
        byte[] buffer = new byte[BufferBytes];
        while (await stream.ReadAsync(buffer, silence.Start()) is > 0 and int read)
        {
            silence.Stop();
            bool enough = Take(buffer.AsSpan(0, read), parser);

            // What came together is shown together, and at once.
            if (!await listener.TryFlushAsync() || enough)
            {
                return true;
            }
        }

        return false;
    }

    private bool Take(ReadOnlySpan<byte> bytes, EventStreamParser parser)
    {
        while (true)
        {
            long comments = parser.CommentsSeen;
            bool complete = parser.TryRead(ref bytes, out ServerSentEvent e);
            if (parser.CommentsSeen != comments)
            {
                place.OnComment(parser.LastComment.Span);
            }

            if (!complete)
            {
                return false;
            }

            if (e.Type.StartsWith("longwave.", StringComparison.Ordinal))
            {
                listener.OnNotice(e);
                if (e.Type == Notices.Reset)
                {
                    place.OnReset();
                }
            }
            else if (place.OnEvent(e.LastEventId) && !listener.OnEvent(e))
            {
                return true;
            }
        }
    }
}
