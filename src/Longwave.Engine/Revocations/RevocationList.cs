using System.Collections.Concurrent;
using Longwave.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Longwave.Engine.Revocations;

/// <summary>
/// Revocations that have not expired: durable in <c>revocations.db</c> beside the log, and in memory for lookups. A separate file, so that the log
/// keeps a single writer, and so that tokens stay revoked after an operator deletes the log.
/// </summary>
/// <remarks>
/// Memory order. <see cref="Add"/> stores the entry, then the count, with a full fence; afterwards its caller reads the identities of the streams. A
/// thread that opens or renews a stream stores the identity, passes a full fence, and then reads the count. So at least one of the two sees the store
/// of the other: no stream with a revoked token stays open. The count is lowered only after the entries are removed, so a count of zero means that no
/// revocation is in effect.
/// </remarks>
public sealed class RevocationList : IDisposable
{
    /// <summary>Name of the file in the data directory.</summary>
    internal const string FileName = "revocations.db";

    /// <summary>Settings of the connection to the file.</summary>
    internal const string Settings = """
        PRAGMA journal_mode = DELETE;
        PRAGMA synchronous = EXTRA;
        """;

    /// <summary>The table, in the file or in a backup.</summary>
    internal const string Table = """
        CREATE TABLE IF NOT EXISTS revocations (
          kind INTEGER NOT NULL, issuer TEXT NOT NULL, value TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL,
          PRIMARY KEY (kind, issuer, value)) WITHOUT ROWID;
        """;

    private readonly ConcurrentDictionary<Revocation, (long IssuedUntilUnixMs, long UntilUnixMs)> _standing = new();
    private readonly int _most;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    // Guards the connection to the file, with its statements, and every change of _standing.
    private readonly Lock _gate = new();

    private readonly Database _database;
    private readonly Statement _insert;
    private readonly Statement _expire;

    // Number of entries of _standing. Nearly every hub has none, and a concurrent dictionary acquires all its locks to find that it is empty.
    private int _count;

    private RevocationList(Database database, int most, TimeProvider clock, ILogger logger)
    {
        (_database, _most, _clock, _logger) = (database, most, clock, logger);
        database.Execute(Settings + Table);
        _insert = database.Prepare("INSERT OR REPLACE INTO revocations VALUES (?1, ?2, ?3, ?4, ?5)");
        _expire = database.Prepare("DELETE FROM revocations WHERE until <= ?1");
        Read();
        _count = _standing.Count;
    }

    /// <summary>Number of revocations, including expired ones until the next addition.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Opens the file in a data directory, and creates it if missing.</summary>
    /// <param name="directory">The data directory; the lock of the log also protects this file.</param>
    /// <param name="most">Maximum number of revocations in effect.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="loggers">Factory of the logger for failures of storage.</param>
    /// <exception cref="LogUnavailableException">The file can't be opened; the message contains the reason.</exception>
    public static RevocationList Open(string directory, int most, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(loggers);
        string path = Path.Combine(Path.GetFullPath(directory), FileName);
        Database? database = null;
        try
        {
            database = Database.OpenWriter(path);
            return new RevocationList(database, most, clock, loggers.CreateLogger("Longwave.Engine"));
        }
        catch (StorageException failed)
        {
            database?.Dispose();
            throw new LogUnavailableException($"Cannot read the revocations in {path}; without them, revoked tokens would be valid again: {failed.Message}", failed);
        }
    }

    /// <summary>Adds a revocation. If the result is <see cref="RevocationOutcome.Stored"/>, it is on disk. Blocks for a sync.</summary>
    /// <param name="revocation">The revocation.</param>
    /// <param name="issuedUntil">Revokes tokens of a subject with a time of issue up to this one. The clock of an issuer may be ahead.</param>
    /// <param name="until">Time after which no revoked token can be valid any more.</param>
    public RevocationOutcome Add(Revocation revocation, DateTimeOffset issuedUntil, DateTimeOffset until)
    {
        lock (_gate)
        {
            long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
            try
            {
                Expire_NeedsLock(now);
                if (_standing.Count >= _most && !_standing.ContainsKey(revocation))
                {
                    return RevocationOutcome.TooMany;
                }

                (long IssuedUntilUnixMs, long UntilUnixMs) times = (issuedUntil.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());
                if (_standing.TryGetValue(revocation, out (long IssuedUntilUnixMs, long UntilUnixMs) before))
                {
                    times = (Math.Max(times.IssuedUntilUnixMs, before.IssuedUntilUnixMs), Math.Max(times.UntilUnixMs, before.UntilUnixMs));
                }

                _insert.Bind(1, (long)revocation.Kind).BindText(2, revocation.Issuer).BindText(3, revocation.Value).Bind(4, times.IssuedUntilUnixMs).Bind(5, times.UntilUnixMs).Run();
                _standing[revocation] = times;
                return RevocationOutcome.Stored;
            }
            catch (StorageException failed)
            {
                RevocationLog.RevocationFailed(_logger, failed);
                return failed.IsDiskFull ? RevocationOutcome.DiskFull : RevocationOutcome.Failed;
            }
            finally
            {
                Interlocked.Exchange(ref _count, _standing.Count);
            }
        }
    }

    /// <summary>Whether a token is revoked, by its id or by its subject. From any thread, without waiting.</summary>
    /// <param name="issuer">Issuer of the token; empty for an API key.</param>
    /// <param name="subject">Subject of the token, or null.</param>
    /// <param name="tokenId">Id of the token, or null.</param>
    /// <param name="issuedAt">Time of issue; null if unknown, which counts as before any revocation.</param>
    public bool IsRevoked(string issuer, string? subject, string? tokenId, DateTimeOffset? issuedAt)
    {
        if (Count == 0)
        {
            return false;
        }

        return (subject is not null && Stands(RevocationKind.Subject, issuer, subject, issuedAt)) || (tokenId is not null && Stands(RevocationKind.Token, issuer, tokenId, null));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _database.Dispose();
        }
    }

    private bool Stands(RevocationKind kind, string issuer, string value, DateTimeOffset? issuedAt) =>
        Stands(new Revocation(kind, issuer, value), issuedAt) || (issuer.Length > 0 && Stands(new Revocation(kind, "", value), issuedAt));

    private bool Stands(Revocation revocation, DateTimeOffset? issuedAt) =>
        _standing.TryGetValue(revocation, out (long IssuedUntilUnixMs, long UntilUnixMs) found)
        && found.UntilUnixMs > _clock.GetUtcNow().ToUnixTimeMilliseconds()
        && (issuedAt is null || issuedAt.Value.ToUnixTimeMilliseconds() <= found.IssuedUntilUnixMs);

    private void Read()
    {
        using Statement standing = _database.Prepare("SELECT kind, issuer, value, made, until FROM revocations");
        using Statement.Rows rows = standing.Query();
        while (rows.Next())
        {
            _standing[new Revocation((RevocationKind)standing.Int64(0), standing.Text(1), standing.Text(2))] = (standing.Int64(3), standing.Int64(4));
        }
    }

    private void Expire_NeedsLock(long now)
    {
        _expire.Bind(1, now).Run();
        foreach ((Revocation revocation, (long IssuedUntilUnixMs, long UntilUnixMs) times) in _standing)
        {
            if (times.UntilUnixMs <= now)
            {
                _standing.TryRemove(revocation, out _);
            }
        }
    }
}
