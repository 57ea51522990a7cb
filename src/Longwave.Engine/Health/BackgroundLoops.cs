using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Health;

/// <summary>
/// Supervisor of background loops, so that a failure never goes unnoticed. A thread owns state and can't restart: after an exception, which is logged
/// as Critical, the hub is unhealthy until a restart. A task starts again after a pause. A timer continues with its next tick.
/// </summary>
public sealed class BackgroundLoops
{
    /// <summary>Pause before a task starts again; each further failure in succession doubles it.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause. After a run that was longer than this, the next failure starts with the first pause again.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    // By name. The number of loops of a hub is fixed at the start.
    private readonly ConcurrentDictionary<string, Exception> _failed = new(StringComparer.Ordinal);

    /// <summary>Creates the supervisor of one hub.</summary>
    /// <param name="clock">Clock for the pauses.</param>
    /// <param name="loggers">Factory of the logger for failures.</param>
    public BackgroundLoops(TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(loggers);
        (_clock, _logger) = (clock, loggers.CreateLogger("Longwave.Engine.Health"));
    }

    /// <summary>Names of the loops that have failed permanently, sorted.</summary>
    public IReadOnlyList<string> Failed => _failed.IsEmpty ? [] : [.. _failed.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether any loop has failed permanently.</summary>
    public bool HasFailed => !_failed.IsEmpty;

    /// <summary>Starts a background thread. An exception ends it permanently.</summary>
    /// <param name="name">Name of the thread, and of the loop in <see cref="Failed"/>.</param>
    /// <param name="run">The loop.</param>
    /// <param name="onFailure">Rejects operations that would otherwise wait for the loop without limit; called on the thread after a failure.</param>
    /// <param name="isLowPriority">Whether the thread gives way to other threads of the machine.</param>
    public Thread StartThread(string name, Action run, Action? onFailure = null, bool isLowPriority = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        var thread = new Thread(() =>
        {
            try
            {
                if (isLowPriority && !LowPriority.TrySet())
                {
                    HealthLog.PriorityNotSet(_logger, name);
                }

                run();
            }
            catch (Exception failed)
            {
                Fail(name, failed);
                onFailure?.Invoke();
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }

    /// <summary>Runs a task until it completes. After an exception it starts again.</summary>
    /// <param name="name">Name of the loop in the log.</param>
    /// <param name="run">The loop.</param>
    /// <param name="stop">Ends a pause; then the task does not start again.</param>
    public async Task RunAsync(string name, Func<Task> run, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(run);
        TimeSpan pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            long start = _clock.GetTimestamp();
            try
            {
                await run().ConfigureAwait(false);
                return;
            }
            catch (Exception failed)
            {
                pause = _clock.GetElapsedTime(start) > LongestPause ? FirstPause : pause;
                HealthLog.Restarts(_logger, name, pause, failed);
            }

            await Task.Delay(pause, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Starts a timer. An exception in a tick is logged, and the next tick follows on schedule.</summary>
    /// <param name="name">Name of the loop in the log.</param>
    /// <param name="tick">Work of a tick.</param>
    /// <param name="due">Time until the first tick.</param>
    /// <param name="period">Time between ticks.</param>
    public ITimer StartTimer(string name, Action tick, TimeSpan due, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(tick);
        return _clock.CreateTimer(
            _ =>
            {
                try
                {
                    tick();
                }
                catch (Exception failed)
                {
                    HealthLog.TickFailed(_logger, name, failed);
                }
            },
            null,
            due,
            period);
    }

    /// <summary>Records that a loop of the caller has failed permanently.</summary>
    public void Fail(string name, Exception failed)
    {
        _failed.TryAdd(name, failed);
        HealthLog.Failed(_logger, name, failed);
    }
}
