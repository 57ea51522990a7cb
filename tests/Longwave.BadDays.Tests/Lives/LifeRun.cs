using System.Collections.Concurrent;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>Runs many lives of connections, a bounded number at once, in an order that a seed decides.</summary>
internal sealed class LifeRun
{
    private const int MaxFailures = 20;

    private readonly LifeTarget _target;
    private readonly IReadOnlyList<LifeKind> _kinds;
    private readonly int[] _order;
    private readonly int _atOnce;
    private readonly int _seed;
    private int _next;
    private int _ended;
    private int _failed;

    /// <summary>Prepares the lives; none starts yet.</summary>
    /// <param name="target">The hub.</param>
    /// <param name="kinds">Kinds of the connections.</param>
    /// <param name="livesPerKind">Lives of each kind.</param>
    /// <param name="atOnce">Connections at once.</param>
    /// <param name="seed">Decides the order, and where requests are cut.</param>
    public LifeRun(LifeTarget target, IReadOnlyList<LifeKind> kinds, int livesPerKind, int atOnce, int seed)
    {
        (_target, _kinds, _atOnce, _seed) = (target, kinds, atOnce, seed);
        _order = [.. Enumerable.Range(0, kinds.Count * livesPerKind).Select(life => life % kinds.Count)];
        new Random(seed).Shuffle(_order);
    }

    /// <summary>Lives that ended as they must.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Lives in which the hub did something else.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>The first failures.</summary>
    public ConcurrentQueue<string> Failures { get; } = [];

    /// <summary>Runs all lives.</summary>
    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, _atOnce).Select(worker => Task.Run(() => WorkAsync(worker))));

    private async Task WorkAsync(int worker)
    {
        var life = new Life(_target);
        for (int number = Interlocked.Increment(ref _next) - 1; number < _order.Length; number = Interlocked.Increment(ref _next) - 1)
        {
            try
            {
                await life.RunAsync(_kinds[_order[number]], LifeTarget.Address(worker), new Random(unchecked((_seed * 397) ^ number)));
                Interlocked.Increment(ref _ended);
            }
            catch (LifeFailedException failed)
            {
                if (Interlocked.Increment(ref _failed) <= MaxFailures)
                {
                    Failures.Enqueue(failed.Message);
                }
            }
        }
    }
}
