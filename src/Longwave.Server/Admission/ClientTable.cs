using Longwave.Server.Configuration;

namespace Longwave.Server.Admission;

/// <summary>The active clients and their usage. The table is bounded; idle clients are removed.</summary>
/// <remarks>
/// When the table is full and no client has been idle for long enough, further clients share one usage: an attacker with very many
/// addresses then gets the limits of one client, and the table does not grow.
/// </remarks>
/// <param name="limits">Limits of each client.</param>
/// <param name="maxClients">Maximum number of clients with a usage of their own.</param>
/// <param name="mostAnswerBytes">Maximum number of bytes of answers that one client has not received.</param>
/// <param name="clock">The time.</param>
internal sealed class ClientTable<TKey>(ClientLimits limits, int maxClients, long mostAnswerBytes, TimeProvider clock) : IDisposable
    where TKey : notnull
{
    /// <summary>Shortest time between two searches for idle clients, because each visits the whole table.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>Idle time after which every token bucket is full again, so that removing a client gives it no advantage.</summary>
    private readonly TimeSpan _idleTime = RefillTime(limits);
    private readonly ClientUsage _overflow = new(limits, mostAnswerBytes);

    /// <summary>Guards the table, and <see cref="ClientUsage.Holders"/> and <see cref="ClientUsage.LastUse"/> of everything in it.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, ClientUsage> _clients = [];
    private long _lastSweep = clock.GetTimestamp();

    /// <summary>Number of clients with a usage of their own.</summary>
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

    /// <summary>Rents the usage of a client; <see cref="Return"/> must follow.</summary>
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

                _clients.Add(client, usage = new ClientUsage(limits, mostAnswerBytes));
            }

            usage.Holders++;
            return usage;
        }
    }

    /// <summary>Returns a rented usage.</summary>
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
        Math.Max(Seconds(limits.StreamBurst, limits.StreamsPerSecond), Seconds(limits.RequestBurst, limits.RequestsPerSecond)),
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
