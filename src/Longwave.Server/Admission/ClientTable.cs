using Longwave.Server.Configuration;

namespace Longwave.Server.Admission;

/// <summary>The clients that take something, each with its use; bounded, and those that have been idle are forgotten.</summary>
/// <remarks>
/// When it is full and nobody was idle for long enough, further clients share one use: whoever comes from very many addresses then gets what
/// one client may take, and the table does not grow.
/// </remarks>
/// <param name="limits">What each of them may take.</param>
/// <param name="maxClients">Most clients counted one by one.</param>
/// <param name="clock">The time.</param>
internal sealed class ClientTable<TKey>(ClientLimits limits, int maxClients, TimeProvider clock) : IDisposable
    where TKey : notnull
{
    /// <summary>Between two looks for idle clients: each one looks at all.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>After this every bucket is full again, so that to forget a client gives it nothing.</summary>
    private readonly TimeSpan _idleTime = RefillTime(limits);
    private readonly ClientUsage _overflow = new(limits);

    /// <summary>Guards the table, and <see cref="ClientUsage.Holders"/> and <see cref="ClientUsage.LastUse"/> of everything in it.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, ClientUsage> _clients = [];
    private long _lastSweep = clock.GetTimestamp();

    /// <summary>Clients counted one by one.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>The use of a client, kept until it is given back with <see cref="Return"/>.</summary>
    public ClientUsage Hold(TKey client)
    {
        lock (_lock)
        {
            if (!_clients.TryGetValue(client, out ClientUsage? usage))
            {
                SweepNow_NeedsLock();
                if (_clients.Count >= maxClients)
                {
                    return _overflow;
                }

                _clients.Add(client, usage = new ClientUsage(limits));
            }

            usage.Holders++;
            return usage;
        }
    }

    /// <summary>Gives it back.</summary>
    public void Return(ClientUsage usage)
    {
        if (usage == _overflow)
        {
            return;
        }

        lock (_lock)
        {
            usage.Holders--;
            usage.LastUse = clock.GetTimestamp();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (ClientUsage usage in _clients.Values)
            {
                usage.Dispose();
            }
        }

        _overflow.Dispose();
    }

    private static TimeSpan RefillTime(ClientLimits limits) => TimeSpan.FromSeconds(1 + Math.Ceiling(Math.Max(
        Seconds(limits.StreamBurst, limits.StreamsPerSecond),
        Math.Max(Seconds(limits.EventBurst, limits.EventsPerSecond), Seconds(limits.ByteBurst, limits.BytesPerSecond)))));

    private static double Seconds(int burst, int perSecond) => perSecond == 0 ? 0 : (double)burst / perSecond;

    private void SweepNow_NeedsLock()
    {
        if (clock.GetElapsedTime(_lastSweep) < SweepInterval)
        {
            return;
        }

        _lastSweep = clock.GetTimestamp();
        foreach ((TKey client, ClientUsage usage) in _clients)
        {
            if (usage.Holders == 0 && clock.GetElapsedTime(usage.LastUse) >= _idleTime)
            {
                _clients.Remove(client);
                usage.Dispose();
            }
        }
    }
}
