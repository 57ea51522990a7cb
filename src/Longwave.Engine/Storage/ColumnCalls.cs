using System.Runtime.InteropServices;

namespace Longwave.Engine.Storage;

/// <summary>SQLite's functions that read a column of the current row, called without a transition of the garbage collector.</summary>
/// <remarks>
/// A checksum reads every column of an event, so the transition, and the reference count that the provider takes per call, cost more than the reads. It may be
/// suppressed because these functions only return what sqlite3_step(3) has put into memory: they take no mutex (<c>SQLITE_OPEN_NOMUTEX</c>), read no file and call nothing back.
/// </remarks>
internal static partial class ColumnCalls
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    [SuppressGCTransition]
    public static partial long Int64(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [SuppressGCTransition]
    public static partial nint Blob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [SuppressGCTransition]
    public static partial int Bytes(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    [SuppressGCTransition]
    public static partial int Type(nint statement, int column);
}
