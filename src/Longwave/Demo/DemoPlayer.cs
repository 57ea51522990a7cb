using System.Buffers;
using System.Globalization;
using Longwave.Hubs;
using Longwave.Publish;
using Longwave.Terminals;

namespace Longwave.Demo;

/// <summary>Publishes a data set at its pace; events that are due at the same moment go into one request.</summary>
internal sealed class DemoPlayer(DemoSet set, Pace pace, EventSender sender, ProgressReport progress, TimeProvider clock)
{
    // Idempotency keys contain the run, not only the data: a later round or run must store the same earthquake again.
    private readonly string _run = Guid.CreateVersion7().ToString("N");
    private readonly BulkEventWriter _events = new(new EventDefaults(null, null, null, null, "demo") { Source = set.Source });
    private readonly ArrayBufferWriter<byte> _scratch = new(4 * 1024);
    private long _started;
    private int _next;
    private long _requests;
    private long _sent;

    /// <summary>Publishes the events that are due at the start. A failure shows that there is no usable hub.</summary>
    /// <returns>The failure, or null.</returns>
    public Task<HubFailureText?> StartAsync(IReadOnlyList<DemoEvent> events, CancellationToken cancellation)
    {
        (_started, _next) = (clock.GetTimestamp(), 0);
        return SendDueAsync(events, cancellation);
    }

    /// <summary>Publishes the events after the started ones, once or in a loop without end.</summary>
    /// <returns>The failure that stopped it, or null at the end of the data.</returns>
    public async Task<HubFailureText?> PlayAsync(IReadOnlyList<DemoEvent> events, bool loop, CancellationToken cancellation)
    {
        HubFailureText? failure = null;
        while (failure is null && (loop || _next < events.Count))
        {
            if (_next == events.Count)
            {
                failure = await StartAsync(events, cancellation);
                continue;
            }

            TimeSpan early = DueAt(events, _next) - clock.GetElapsedTime(_started);
            if (early > TimeSpan.Zero)
            {
                await DelayAsync(early, cancellation);
                continue;
            }

            failure = await SendDueAsync(events, cancellation);
        }

        return failure;
    }

    private TimeSpan DueAt(IReadOnlyList<DemoEvent> events, int index) => pace.DueAt(index, events[index].Time - events[0].Time);

    private async Task<HubFailureText?> SendDueAsync(IReadOnlyList<DemoEvent> events, CancellationToken cancellation)
    {
        var batch = new Batch();
        while (_next < events.Count && DueAt(events, _next) <= clock.GetElapsedTime(_started) && TryAdd(batch, events[_next], _next))
        {
            _next++;
        }

        string key = string.Create(CultureInfo.InvariantCulture, $"demo/{_run}/{_requests++}");
        PublishReply reply = await sender.SendAsync(batch, topic: null, key: null, key, cancellation);
        if (reply.Failure is { } failure)
        {
            return failure;
        }

        _sent += batch.Count;
        progress.Advance(batch.Count, _sent);
        return null;
    }

    private Task DelayAsync(TimeSpan wait, CancellationToken cancellation)
    {
        // A timer accepts at most 49 days.
        TimeSpan longest = TimeSpan.FromDays(40);
        return Task.Delay(wait < longest ? wait : longest, clock, cancellation);
    }

    private bool TryAdd(Batch batch, DemoEvent e, int index)
    {
        _scratch.ResetWrittenCount();
        string time = e.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var members = new EventMembers(e.Topic, e.Type, e.Key, e.Id, time, set.ContentType);
        if (_events.Write(_scratch, index, members, e.Json.Span, dataIsJson: true) is { } problem)
        {
            throw new InvalidOperationException($"The bundled {set.Name} hold a bad event, number {index}: {problem}");
        }

        if (batch.IsFullFor(_scratch.WrittenCount))
        {
            return false;
        }

        batch.Add(_scratch.WrittenSpan, index);
        return true;
    }
}
