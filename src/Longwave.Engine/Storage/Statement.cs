using System.Text;
using SQLitePCL;

namespace Longwave.Engine.Storage;

/// <summary>A prepared statement. As in SQLite, parameters count from 1 and columns from 0.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    private const int StackBytes = 1_024;

    // Valid until Dispose, because this object holds the handle.
    private readonly nint _pointer = handle.DangerousGetHandle();

    public Statement Bind(int parameter, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement BindBlob(int parameter, ReadOnlySpan<byte> value)
    {
        // An empty blob must stay a blob: SQLite would bind NULL for an empty span.
        database.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    public Statement BindText(int parameter, string? value)
    {
        if (value is null)
        {
            database.Check(raw.sqlite3_bind_null(handle, parameter));
            return this;
        }

        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> buffer = most <= StackBytes ? stackalloc byte[StackBytes] : new byte[most];
        database.Check(raw.sqlite3_bind_text(handle, parameter, buffer[..Encoding.UTF8.GetBytes(value, buffer)]));
        return this;
    }

    public Statement BindNull(int parameter)
    {
        database.Check(raw.sqlite3_bind_null(handle, parameter));
        return this;
    }

    /// <summary>
    /// Runs a query. Disposing the rows ends the read, after a failure, an early exit or the last row: SQLite then releases the snapshot of the file,
    /// and the statement can be bound and run again. SQLite rejects every use of a statement that failed and was not reset.
    /// </summary>
    public Rows Query() => new(this);

    /// <summary>Runs a statement without rows.</summary>
    public void Run()
    {
        using Rows rows = Query();
        rows.Next();
    }

    public long Int64(int column) => ColumnCalls.Int64(_pointer, column);

    /// <summary>Bytes of a blob or text; valid until the next row or the end of the read.</summary>
    public unsafe ReadOnlySpan<byte> Bytes(int column)
    {
        // The order matters: the call for the bytes decides the form of which the other returns the length.
        nint start = ColumnCalls.Blob(_pointer, column);
        return start == 0 ? default : new ReadOnlySpan<byte>((void*)start, ColumnCalls.Bytes(_pointer, column));
    }

    /// <summary>A number, or null. Most columns need one call: what is not 0 is not null.</summary>
    public long? OptionalInt64(int column) => Int64(column) is var value && (value != 0 || !IsNull(column)) ? value : null;

    public bool IsNull(int column) => ColumnCalls.Type(_pointer, column) == raw.SQLITE_NULL;

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public void Dispose() => handle.Dispose();

    private bool Step()
    {
        int result = raw.sqlite3_step(handle);
        database.Check(result);
        return result == raw.SQLITE_ROW;
    }

    // The reset returns the error of the last step, which has already thrown it.
    private void Reset() => _ = raw.sqlite3_reset(handle);

    /// <summary>Rows of a running query. The columns of the current row are read from the statement.</summary>
    internal readonly ref struct Rows(Statement statement) : IDisposable
    {
        /// <summary>Moves to the next row; false if there is none.</summary>
        public bool Next() => statement.Step();

        public void Dispose() => statement.Reset();
    }
}
