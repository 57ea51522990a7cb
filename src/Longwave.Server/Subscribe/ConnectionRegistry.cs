using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Longwave.Engine.Access;
using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;

namespace Longwave.Server.Subscribe;

/// <summary>Every open stream by its id, for renewal, listing and closing. A stream stays registered until its subscriber ends, even after the request that opened it.</summary>
internal sealed class ConnectionRegistry
{
    /// <summary>Maximum number of streams examined for one page besides those that it contains.</summary>
    public const int MaxVisits = 4_096;

    private readonly OrderedItems<long, OpenConnection> _open = new(static connection => connection.Number, Comparer<long>.Default);

    // Random per start, so that the id of a stream of an earlier start or of another hub never matches here.
    private readonly string _prefix = $"c{RandomNumberGenerator.GetInt32(int.MaxValue):x8}-";
    private long _last;

    /// <summary>All entries, in the order of their numbers.</summary>
    public IEnumerable<OpenConnection> All => _open.All;

    /// <summary>The number of the next stream.</summary>
    public long Next() => Interlocked.Increment(ref _last);

    /// <summary>The public id of a stream number.</summary>
    public string Name(long number) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{number}");

    /// <summary>The stream number of an id, whether the stream is open or not.</summary>
    public bool TryParse(string name, out long number)
    {
        number = 0;
        return name.StartsWith(_prefix, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(_prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && Name(number) == name;
    }

    /// <summary>Finds the open stream of an id.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out OpenConnection? connection)
    {
        connection = null;
        if (TryParse(name, out long number) && _open.TryGet(number, out OpenConnection? found))
        {
            connection = found;
        }

        return connection is not null;
    }

    /// <summary>Registers an admitted stream before its start, so that it cannot end before it is registered. It is removed at its end.</summary>
    public void Add(OpenConnection connection, Subscriber subscriber)
    {
        connection.Subscriber = subscriber;
        _open.TryAdd(connection);

        // A full fence before the caller reads the revocations (see RevocationList).
        Interlocked.MemoryBarrier();
    }

    /// <summary>Removes a stream that has ended or was rejected.</summary>
    public void Remove(OpenConnection connection) => _open.Remove(connection.Number);

    /// <summary>Reads a page of streams that match a condition.</summary>
    /// <param name="after">Number after which the page starts.</param>
    /// <param name="limit">Maximum number of streams in the page.</param>
    /// <param name="which">The condition.</param>
    public ConnectionPage ReadPage(long after, int limit, Func<OpenConnection, bool> which)
    {
        List<OpenConnection> page = [];
        int visits = 0;
        foreach (OpenConnection connection in _open.After(after))
        {
            if (page.Count == limit || visits++ == limit + MaxVisits)
            {
                return new ConnectionPage(page, after);
            }

            after = connection.Number;
            if (which(connection))
            {
                page.Add(connection);
            }
        }

        return new ConnectionPage(page, null);
    }

    /// <summary>
    /// Closes every stream that matches a condition. Returns the number of streams that this call ended; one that was already ending stays registered
    /// until its shard has handled that, and does not count.
    /// </summary>
    public int Close(Func<OpenConnection, bool> which, CloseReason reason)
    {
        int closed = 0;
        foreach (OpenConnection connection in All.Where(which))
        {
            closed += connection.Subscriber.Close(reason) ? 1 : 0;
        }

        return closed;
    }

    /// <summary>The identity of a stream for the engine.</summary>
    public StreamIdentity Identify(long number, Caller caller, AuthOptions options, DateTimeOffset now) => new()
    {
        Connection = Name(number),
        Holder = caller,
        Access = caller.Access,
        Expiry = caller.ExpiresAt is not { } expires ? null
            : caller.EndsByTheSecond ? new StreamExpiry(expires, expires, expires)
            : Expiry(expires, options, now),
    };

    /// <summary>Limits the notice period, so that a short-lived token is not announced as expiring right at the start.</summary>
    private static StreamExpiry Expiry(DateTimeOffset expires, AuthOptions options, DateTimeOffset now)
    {
        TimeSpan left = expires > now ? expires - now : TimeSpan.Zero;
        TimeSpan notice = options.ExpiryNotice < left / 3 ? options.ExpiryNotice : left / 3;
        return new StreamExpiry(expires - notice, expires, expires + options.ClockSkew);
    }
}
