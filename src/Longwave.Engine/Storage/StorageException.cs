using SQLitePCL;

namespace Longwave.Engine.Storage;

/// <summary>SQLite refused or failed.</summary>
internal sealed class StorageException(int code, string message) : Exception($"{message} (SQLite {code})")
{
    // https://sqlite.org/rescode.html; the shared-memory file of the WAL reports a full disk under a name of its own.
    private const int ShmSize = raw.SQLITE_IOERR | (19 << 8);

    /// <summary>Extended result code of SQLite.</summary>
    public int Code { get; } = code;

    /// <summary>No room left: harmless to what is stored, and over when there is room again.</summary>
    public bool IsDiskFull => (Code & 0xff) == raw.SQLITE_FULL || Code == ShmSize;
}
