namespace Longwave.Interleaving.Tests.Schedules;

/// <summary>
/// Runs a few actors, each on a thread, one at a time. Before each access to shared memory (<see cref="Step"/>) a seeded random number decides which
/// one continues, so a failure can be repeated by its number. It finds what a wrong order of accesses can do; what a processor may reorder beyond that,
/// tests on real threads find.
/// </summary>
internal sealed class Schedule : IDisposable
{
    /// <summary>An actor with more steps waits for something that never happens.</summary>
    private const int MaxSteps = 50_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Number of steps per change of threads; each schedule uses one of these.</summary>
    private static readonly int[] StepsPerChange = [1, 2, 4, 8, 16];

    [ThreadStatic]
    private static Schedule? _current;

    private readonly SemaphoreSlim[] _turns;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _finished = new(0);
    private readonly List<int> _live = [];
    private Action[] _actors = [];
    private Random _random = new(0);
    private Exception? _failure;
    private int _running;
    private int _stepsPerChange;
    private int _steps;
    private bool _isOver;

    private Schedule(int actors)
    {
        _turns = [.. Enumerable.Range(0, actors).Select(static _ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(0, actors).Select(i => new Thread(() => Work(i)) { IsBackground = true, Name = $"actor {i}" })];
        Array.ForEach(_threads, static thread => thread.Start());
    }

    /// <summary>Runs the actors under many schedules.</summary>
    /// <param name="schedules">How many.</param>
    /// <param name="begin">Creates the actors of a schedule, always the same number; the random numbers choose their actions.</param>
    /// <param name="check">Checks what they left behind.</param>
    public static void Explore(int schedules, Func<Random, Action[]> begin, Action? check = null)
    {
        Schedule? schedule = null;
        try
        {
            for (int seed = 0; seed < schedules; seed++)
            {
                Action[] actors = begin(new Random(seed));
                schedule ??= new Schedule(actors.Length);
                schedule.Run(seed, actors, check);
            }
        }
        finally
        {
            schedule?.Dispose();
        }
    }

    /// <summary>The actor is about to access shared memory: another actor may run first. No effect on a thread that is not an actor.</summary>
    public static void Step() => _current?.OnStep();

    public void Dispose()
    {
        _isOver = true;
        foreach (SemaphoreSlim turn in _turns)
        {
            turn.Release();
        }

        // An actor that waits in a lock would prevent the test from reporting the failure.
        Array.ForEach(_threads, static thread => thread.Join(TimeSpan.FromSeconds(1)));
    }

    private void Run(int seed, Action[] actors, Action? check)
    {
        (_actors, _random, _failure, _steps) = (actors, new Random(seed), null, 0);
        _stepsPerChange = StepsPerChange[seed % StepsPerChange.Length];
        _live.Clear();
        _live.AddRange(Enumerable.Range(0, actors.Length));
        PassOn();
        if (!_finished.Wait(Patience))
        {
            throw new TimeoutException($"Schedule {seed}: actor {_running} waits for another one, outside of the schedule.");
        }

        try
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            check?.Invoke();
        }
        catch (Exception failed)
        {
            throw new InvalidOperationException($"Schedule {seed}: {failed.Message}", failed);
        }
    }

    private void Work(int self)
    {
        _current = this;
        while (true)
        {
            _turns[self].Wait();
            if (_isOver)
            {
                return;
            }

            try
            {
                _actors[self]();
            }
            catch (Exception failed)
            {
                _failure ??= failed;
            }

            _live.Remove(self);
            if (_live.Count == 0)
            {
                _finished.Release();
            }
            else
            {
                PassOn();
            }
        }
    }

    private void OnStep()
    {
        if (++_steps > MaxSteps)
        {
            throw new InvalidOperationException("No end in sight: an actor waits for something that never comes.");
        }

        if (_random.Next(_stepsPerChange) > 0)
        {
            return;
        }

        int self = _running;
        int next = _live[_random.Next(_live.Count)];
        if (next != self)
        {
            _running = next;
            _turns[next].Release();
            _turns[self].Wait();
        }
    }

    private void PassOn()
    {
        _running = _live[_random.Next(_live.Count)];
        _turns[_running].Release();
    }
}
