using Longwave.Arguments;
using Longwave.Hubs;
using Longwave.Protocol.EventStream;
using Longwave.Terminals;

namespace Longwave.Tail;

/// <summary>Follows a hub over as many connections as it takes: every event once, in order, and plain words where that is not possible.</summary>
internal sealed class TailSession(TailArguments arguments, Terminal terminal)
{
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Place _place = new(arguments.LastEventId, arguments.Since);
    private readonly EventPrinter _printer = new(terminal, arguments.Json);
    private bool _reached;
    private bool _lost;
    private bool _isOver;
    private long _printed;

    /// <summary>Follows until there is enough, or it makes no sense any more; the result is the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var hub = new HubConnection(arguments.Hub, new HubToken(terminal.Variable));
        var connection = new StreamConnection(hub, arguments, _place, this, terminal.Clock);
        var backoff = new Backoff(DefaultRetry, LongestWait);
        try
        {
            while (true)
            {
                StreamEnd end = await connection.RunAsync(cancellation);
                if (ExitCodeOf(end) is { } code)
                {
                    return code;
                }

                if (_isOver)
                {
                    return ExitCode.Failed;
                }

                // A connection that broke was one: the hub may be restarting.
                _reached |= end.Failure is not { IsUnreachable: true };
                if (end.Connected)
                {
                    backoff = new Backoff(end.Retry ?? DefaultRetry, LongestWait);
                }

                TimeSpan wait = end is { Connected: true, Kind: StreamEndKind.Ended, Retry: { } asked } ? asked : backoff.Next(end.Failure?.RetryAfter);
                _lost = true;
                SayUnlessQuiet($"{end.Failure?.Sentence ?? "The hub ended the stream."} Connecting again in {Duration.Format(wait)}.");
                await Task.Delay(wait, terminal.Clock, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    /// <summary>For the connection: the stream has begun.</summary>
    public void OnConnected()
    {
        if (_lost)
        {
            SayUnlessQuiet($"Connected again{(_place.LastEventId is { } id ? $", going on after {VisibleText.Escape(id)}" : "")}.");
        }
        else
        {
            string from = arguments.LastEventId is { } id ? $"events after {VisibleText.Escape(id)}"
                : arguments.Since is null ? "new events"
                : arguments.Since == "earliest" ? "all events that are kept, then new ones"
                : $"events since {arguments.Since}, then new ones";
            SayUnlessQuiet($"Connected to {arguments.Hub}: {from} of {string.Join(", ", arguments.Selectors.Select(VisibleText.Escape))}.");
        }

        _lost = false;
    }

    /// <summary>For the connection: an event that has not come before. False when it was the last one wanted, or nobody reads the output any more.</summary>
    public bool OnEvent(in ServerSentEvent e) => _printer.TryPrint(e) && ++_printed != arguments.Count;

    /// <summary>For the connection: the hub says something about the stream.</summary>
    public void OnNotice(in ServerSentEvent notice)
    {
        _isOver |= Notices.IsFinal(notice);
        if (Notices.IsLoss(notice.Type) || _isOver)
        {
            terminal.Say(Notices.Describe(notice, arguments.Since));
        }
        else
        {
            SayUnlessQuiet(Notices.Describe(notice, arguments.Since));
        }
    }

    /// <summary>For the connection: all that came together was given. False when nobody reads the output any more.</summary>
    public Task<bool> TryFlushAsync() => _printer.TryFlushAsync();

    /// <summary>Null to go on.</summary>
    private int? ExitCodeOf(StreamEnd end)
    {
        switch (end.Kind)
        {
            case StreamEndKind.Enough:
                return ExitCode.Done;
            case StreamEndKind.NothingMore:
                SayUnlessQuiet("The hub says that nothing more will come.");
                return ExitCode.Done;
            case StreamEndKind.Refused when !end.Failure!.IsTemporary:
            case StreamEndKind.Broken when !_reached && !arguments.Wait && end.Failure!.IsUnreachable:
                terminal.Say(end.Failure!.Sentence);
                return ExitCode.Failed;
            default:
                return null;
        }
    }

    private void SayUnlessQuiet(string sentence)
    {
        if (!arguments.Quiet)
        {
            terminal.Say(sentence);
        }
    }
}
