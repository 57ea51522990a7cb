using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Longwave.Engine.Access;
using Longwave.Engine.Subscribers;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;

namespace Longwave.Server.Subscribe;

/// <summary>Every open stream by its name, so that it can be renewed, shown and ended. A stream is in it for as long as its subscriber lives, whatever becomes of the request that opened it.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<long, OpenConnection> _open = new();

    // So that the name of a stream of an earlier start, or of another hub, is nobody's name here.
    private readonly string _prefix = $"c{RandomNumberGenerator.GetInt32(int.MaxValue):x8}-";
    private long _last;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<OpenConnection> All => _open.Select(static pair => pair.Value);

    /// <summary>The name of the next stream.</summary>
    public long Next() => Interlocked.Increment(ref _last);

    /// <summary>A stream's number as its clients know it.</summary>
    public string Name(long number) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{number}");

    /// <summary>The number that a name stands for, whether the stream is open or not.</summary>
    public bool TryParse(string name, out long number)
    {
        number = 0;
        return name.StartsWith(_prefix, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(_prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && Name(number) == name;
    }

    /// <summary>The stream of a name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out OpenConnection? connection)
    {
        connection = null;
        if (TryParse(name, out long number) && _open.TryGetValue(number, out OpenConnection? found))
        {
            connection = found;
        }

        return connection is not null;
    }

    /// <summary>Registers a stream that was admitted and not started: it can't have ended before it is here. It is removed when it has ended.</summary>
    public void Add(OpenConnection connection, Subscriber subscriber)
    {
        connection.Subscriber = subscriber;
        _open[connection.Number] = connection;
    }

    /// <summary>A stream is over, or was refused.</summary>
    public void Remove(OpenConnection connection) => _open.TryRemove(connection.Number, out OpenConnection? _);

    /// <summary>Ends every stream that a condition holds for; returns how many.</summary>
    public int Close(Func<OpenConnection, bool> which, CloseReason reason)
    {
        int closed = 0;
        foreach (OpenConnection connection in All.Where(which))
        {
            connection.Subscriber.Close(reason);
            closed++;
        }

        return closed;
    }

    /// <summary>What the engine has to know about who holds a stream.</summary>
    public StreamIdentity Identify(long number, Caller caller, AuthOptions options, DateTimeOffset now) => new()
    {
        Connection = Name(number),
        Holder = caller,
        Access = caller.Access,
        Expiry = caller.ExpiresAt is not { } expires ? null
            : caller.EndsByTheSecond ? new StreamExpiry(expires, expires, expires)
            : Expiry(expires, options, now),
    };

    /// <summary>A token that lives for seconds is not announced before it is there.</summary>
    private static StreamExpiry Expiry(DateTimeOffset expires, AuthOptions options, DateTimeOffset now)
    {
        TimeSpan left = expires > now ? expires - now : TimeSpan.Zero;
        TimeSpan notice = options.ExpiryNotice < left / 3 ? options.ExpiryNotice : left / 3;
        return new StreamExpiry(expires - notice, expires, expires + options.ClockSkew);
    }
}
