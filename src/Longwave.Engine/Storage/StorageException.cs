using SQLitePCL;

namespace Longwave.Engine.Storage;

/// <summary>An operation of SQLite failed.</summary>
internal sealed class StorageException(int code, string message) : Exception($"{message} (SQLite {code})")
{
    // https://sqlite.org/rescode.html. For the shared-memory file of the WAL, a full disk has a separate code.
    private const int ShmSize = raw.SQLITE_IOERR | (19 << 8);

    /// <summary>Creates the exception for a full disk that the hub has noticed itself.</summary>
    public static StorageException DiskFull(string message) => new(raw.SQLITE_FULL, message);

    /// <summary>Extended result code of SQLite.</summary>
    public int Code { get; } = code;

    /// <summary>Whether SQLite could not allocate memory.</summary>
    public bool IsOutOfMemory => (Code & 0xff) == raw.SQLITE_NOMEM;

    /// <summary>Whether the disk is full: stored data is intact, and operations work again after space is freed.</summary>
    public bool IsDiskFull => (Code & 0xff) == raw.SQLITE_FULL || Code == ShmSize;
}
