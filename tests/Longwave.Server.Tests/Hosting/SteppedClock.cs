namespace Longwave.Server.Tests.Hosting;

/// <summary>A clock that only the test advances. Its timers fire on the thread that moves it.</summary>
internal sealed class SteppedClock : TimeProvider
{
    // Guards _timers and the state of each timer.
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private long _now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Whether a timer is set.</summary>
    public bool HasTimer
    {
        get
        {
            lock (_gate)
            {
                return _timers.Exists(static timer => timer.Due is not null);
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Moves the clock and fires each timer that is due, once.</summary>
    public void Advance(TimeSpan time)
    {
        long now = Interlocked.Add(ref _now, time.Ticks);
        List<Timer> due;
        lock (_gate)
        {
            due = _timers.FindAll(timer => timer.Due <= now);
            due.ForEach(static timer => timer.Due = null);
        }

        due.ForEach(static timer => timer.Fire());
    }

    private sealed class Timer(SteppedClock clock, TimerCallback callback, object? state) : ITimer
    {
        /// <summary>Time of the next call; null if the timer is not set.</summary>
        public long? Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.GetTimestamp() + dueTime.Ticks;
            }

            return true;
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
