using System.Runtime.InteropServices;
using Longwave.Engine.Configuration;
using Longwave.Engine.Health;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Publishing;

/// <summary>
/// Commit loop of the log: intake (<see cref="PublishQueue"/>), <see cref="Sequencer"/>, <see cref="Appender"/>, hot tail, answers. The writer thread
/// runs everything except the intake.
/// </summary>
internal sealed class CommitLoop : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    private readonly EngineOptions _options;
    private readonly EventLog _log;
    private readonly TimeProvider _clock;
    private readonly Action _published;
    private readonly SharedCounters<PublishOutcome> _rejected;
    private readonly PublishQueue _queue;
    private readonly Sequencer _sequencer;
    private readonly CompletionCheck _completions;
    private readonly Appender _appender;
    private readonly StorageGuard _storage;
    private readonly EventClock _time;
    private readonly Maintenance _maintenance;
    private readonly Thread _thread;
    private readonly List<PublishRequest> _requests = [];
    private readonly List<PublishResult> _results = [];
    private int _answered;
    private volatile bool _hasFailed;

    /// <summary>Starts the writer thread.</summary>
    /// <param name="options">Limits and windows.</param>
    /// <param name="log">The log; from here on the writer thread owns its writer side.</param>
    /// <param name="published">Callback on the writer thread after events became visible: wakes the shards.</param>
    /// <param name="rejected">Counts of requests that are rejected before they are queued.</param>
    /// <param name="loops">Supervisor of the thread.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="logger">Logger for failures of storage.</param>
    public CommitLoop(
        EngineOptions options, EventLog log, Action published, SharedCounters<PublishOutcome> rejected, BackgroundLoops loops, TimeProvider clock, ILogger logger)
    {
        (_options, _log, _published, _rejected, _clock) = (options, log, published, rejected, clock);
        _queue = new PublishQueue(options.Limits);
        _sequencer = new Sequencer(log.Epoch, log.Topics, log.Keys, log.Tip, log.LastTimeUnixMs);
        _completions = new CompletionCheck(log.Topics, _sequencer);
        _appender = new Appender(log);
        _storage = new StorageGuard(log, clock, logger);
        _time = new EventClock(clock, options.ClockConfirmation, log.LastTimeUnixMs, logger);
        _storage.Try(_storage, static storage => storage.KeepReserve());
        _maintenance = new Maintenance(options, log, _storage, _time, clock);
        _thread = loops.StartThread("longwave-writer", Run, RejectAll);
    }

    /// <summary>State of storage and of the clock. For any thread.</summary>
    public HubHealth Health => _hasFailed ? HubHealth.PublishingStopped
        : _storage.Health == HubHealth.Healthy && _time.HasJumped ? HubHealth.ClockJumped
        : _storage.Health;

    /// <summary>Number of jumps of the system clock. For any thread.</summary>
    public long ClockJumps => _time.Jumps;

    /// <summary>Completed requests by outcome. The writer thread writes, any thread reads.</summary>
    public Counters<PublishOutcome> Answered { get; } = new();

    /// <summary>Events in a batch.</summary>
    public Histogram BatchEvents { get; } = new();

    /// <summary>Time to append a batch, in microseconds.</summary>
    public Histogram BatchMicroseconds { get; } = new();

    /// <summary>Number of queued requests and size of their data, in bytes. For any thread.</summary>
    public (int Requests, long Bytes) Queued => _queue.Size;

    /// <summary>Step 1, intake: adds the request to the queue, or rejects it. For any thread.</summary>
    public ValueTask<PublishResult> PublishAsync(PublishRequest request)
    {
        request.Submit();
        if (Health == HubHealth.PublishingStopped)
        {
            return Reject(PublishOutcome.Stopped);
        }

        if (CheckHotTail(request) is { } problem)
        {
            return Reject(PublishOutcome.LargerThanHotTail, problem);
        }

        return _queue.TryAdd(request) is { } reason ? Reject(reason) : request.Done;
    }

    /// <summary>Queues the deletion of a topic's oldest events for the writer thread, or rejects it. For any thread.</summary>
    public ValueTask<DeletionResult> DeleteAsync(DeletionRequest request)
    {
        if (Health == HubHealth.PublishingStopped)
        {
            return ValueTask.FromResult(new DeletionResult(PublishOutcome.Stopped));
        }

        if (_maintenance.Deletions.TryAdd(request) is { } reason)
        {
            return ValueTask.FromResult(new DeletionResult(reason));
        }

        _queue.Wake();
        return new ValueTask<DeletionResult>(request.Done);
    }

    /// <summary>Stops the intake, writes the queued requests, completes the index and closes the log.</summary>
    public void Dispose()
    {
        _queue.Close();
        _thread.Join();
    }

    private ValueTask<PublishResult> Reject(PublishOutcome reason, EventProblem? problem = null)
    {
        _rejected.Add(reason);
        return ValueTask.FromResult(PublishResult.Refused(reason, problem));
    }

    private void Run()
    {
        while (_queue.Take(_requests, _maintenance.IsDue ? TimeSpan.Zero : LongestWait))
        {
            // Before the commit, so that no publisher gets an answer for an event in a deleted file.
            _storage.WatchFiles();
            if (_requests.Count > 0)
            {
                Commit();
            }

            if (Health != HubHealth.PublishingStopped)
            {
                _maintenance.Run(isIdle: _requests.Count == 0);
            }
            else
            {
                _maintenance.Deletions.Fail(PublishOutcome.Stopped);
            }

            _requests.Clear();
            _answered = 0;
        }

        _maintenance.Deletions.Close(PublishOutcome.ShuttingDown);
        if (Health != HubHealth.PublishingStopped)
        {
            _storage.Try(_appender, static appender => appender.Close());
        }

        _log.Dispose();
    }

    /// <summary>Rejects all queued requests after the loop failed, because the writer thread no longer runs. Writer thread only.</summary>
    private void RejectAll()
    {
        _hasFailed = true;
        _maintenance.Deletions.Close(PublishOutcome.Stopped);
        do
        {
            foreach (PublishRequest request in _requests.Skip(_answered))
            {
                Answer(request, PublishResult.Refused(PublishOutcome.Stopped));
            }

            _requests.Clear();
            _answered = 0;
        }
        while (_queue.Take(_requests, LongestWait));

        // Releases the directory, so that the application can open the hub again.
        _log.Dispose();
    }

    /// <summary>Runs steps 2 to 4 for a group of requests.</summary>
    private void Commit()
    {
        PublishOutcome outcome = Health == HubHealth.PublishingStopped
            ? PublishOutcome.Stopped
            : _storage.Try(this, static loop => loop.SequenceAndAppend());
        if (outcome == PublishOutcome.Accepted)
        {
            // 4. Show the events; only then answer their publishers.
            _log.Publish(_sequencer.Batch.Entries);
            CountBatch(_sequencer.Batch.Entries);
            _sequencer.Committed();
        }
        else
        {
            foreach (Topic created in _sequencer.Created)
            {
                // Retention forgets them if no later publish uses them.
                _log.Retention.Add(created);
            }

            _sequencer.RolledBack();
            _storage.NoteRefused(_requests.Sum(static request => request.Bytes));
        }

        for (int i = 0; i < _requests.Count; i++)
        {
            _answered = i + 1;

            // The batch can fail before every request in it was sequenced. A topic may have been complete only by an event of this batch.
            bool failed = outcome != PublishOutcome.Accepted && (i >= _results.Count || _results[i].Outcome is PublishOutcome.Accepted or PublishOutcome.TopicComplete);
            Answer(_requests[i], failed ? PublishResult.Refused(outcome) : _results[i]);
        }

        _results.Clear();
        if (outcome == PublishOutcome.Accepted)
        {
            // After the requests are completed: on a machine with few cores, fan-out would otherwise delay the publishers.
            _published();
        }
    }

    private void Answer(PublishRequest request, PublishResult result)
    {
        // Counted before the answer, so that a publisher that has the answer finds it counted.
        Answered.Add(result.Outcome);
        request.Complete(result);
    }

    private void CountBatch(List<AppendEntry> entries)
    {
        long bytes = 0;
        foreach (ref readonly AppendEntry entry in CollectionsMarshal.AsSpan(entries))
        {
            bytes += entry.Event.Event.Data.Length;
        }

        Counters<HubCounter> counters = _log.Counters;
        counters.Add(HubCounter.CommittedBatches);
        counters.Add(HubCounter.CommittedEvents, entries.Count);
        counters.Add(HubCounter.CommittedBytes, bytes);
        counters.Add(HubCounter.RepeatedEvents, _results.Sum(static result => result.Events.Count) - entries.Count);
        BatchEvents.Record(entries.Count);
    }

    private void SequenceAndAppend()
    {
        // 2. Sequence: decide the offset, time and repeat of each event.
        long now = _time.Read();
        foreach (PublishRequest request in _requests)
        {
            _results.Add(
                !HasRoomForTopics(request) ? PublishResult.Refused(PublishOutcome.TooManyTopics, new EventProblem(
                    "topic", $"The log has {_options.Limits.MaxTopics} topics, the limit of this hub; nothing was appended.", EventProblemKind.TooLarge))
                : _completions.Check(request, now) is { } problem ? PublishResult.Refused(PublishOutcome.TopicComplete, problem)
                : new PublishResult(PublishOutcome.Accepted, _sequencer.Sequence(request, now)));
        }

        // While the disk is full, retention comes first: a small batch would use the space that retention frees or needs.
        if (_storage.Health == HubHealth.DiskFull && _appender.NeedsDisk(_sequencer.Batch))
        {
            throw StorageException.DiskFull("the disk is full");
        }

        // 3. Append: one transaction, one sync.
        _log.EvictTail();
        long start = _clock.GetTimestamp();
        _appender.Append(_sequencer.Batch);
        BatchMicroseconds.Record((long)_clock.GetElapsedTime(start).TotalMicroseconds);
    }

    /// <summary>
    /// Rejects a request with more events of durability memory than the hot tail can hold. They would be evicted at once, before any subscriber
    /// received them.
    /// </summary>
    private EventProblem? CheckHotTail(PublishRequest request)
    {
        HubLimits limits = _options.Limits;
        if (request.Count <= limits.HotTailEvents && request.TailBytes <= limits.HotTailBytes)
        {
            return null;
        }

        int events = 0;
        long bytes = 0;
        for (int i = 0; i < request.Count; i++)
        {
            Event e = request[i].Event;
            if (_log.Topics.IsInMemory(e))
            {
                events++;
                bytes += LoggedEvent.SizeOf(e);
            }
        }

        return events <= limits.HotTailEvents && bytes <= limits.HotTailBytes
            ? null
            : new EventProblem(
                "body",
                $"Topics of durability Memory keep their events only in the hot tail, which is limited to {limits.HotTailEvents} events and {limits.HotTailBytes} bytes; send several smaller requests.",
                EventProblemKind.TooLarge);
    }

    /// <summary>
    /// Whether the new topics of a request fit the limit. The check is not part of the sequencer, because it is a limit of this hub; a rejected
    /// request has no position.
    /// </summary>
    private bool HasRoomForTopics(PublishRequest request)
    {
        int room = _options.Limits.MaxTopics - _log.Topics.Count;
        for (int i = 0; i < request.Count; i++)
        {
            // A topic that occurs twice in the request counts twice. Near the limit this can reject one request too early.
            Event e = request[i].Event;
            room -= _log.Topics.TryGet(e.Topic, out _) ? 0 : 1;
            for (int alternate = 0; alternate < e.Alternates.Count; alternate++)
            {
                room -= _log.Topics.TryGet(e.Alternates[alternate], out _) ? 0 : 1;
            }

            if (room < 0)
            {
                return false;
            }
        }

        return true;
    }
}
