using SQLitePCL;

namespace Longwave.Engine.Storage;

/// <summary>One connection to a SQLite file; for one thread.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>Size of a page of a new database, in bytes: the default of SQLite.</summary>
    public const int PageBytes = 4_096;

    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];

    static Database() => Batteries_V2.Init();

    private Database(sqlite3 handle) => _handle = handle;

    /// <summary>Opens a file for writing, and creates it if missing.</summary>
    public static Database OpenWriter(string path)
    {
        Database database = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        if (raw.sqlite3_db_readonly(database._handle, "main") != 0)
        {
            // SQLite opens a file without write permission as read-only, and the first publish would fail.
            database.Dispose();
            throw new StorageException(raw.SQLITE_READONLY, "the file is not writable for this user");
        }

        return database;
    }

    /// <summary>Opens an existing file for reading, in parallel to the writer.</summary>
    public static Database OpenReader(string path) => Open(path, raw.SQLITE_OPEN_READONLY);

    /// <summary>Prepares a statement that lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out sqlite3_stmt handle));
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements without results.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The first column of the first row of a query; zero if there is no row.</summary>
    public long Scalar(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt handle));
        using var statement = new Statement(this, handle);
        using Statement.Rows rows = statement.Query();
        return rows.Next() ? statement.Int64(0) : 0;
    }

    /// <summary>Checks the structure of all pages. Returns the first damage as text; null if there is none.</summary>
    public string? FindDamage() => Texts("PRAGMA quick_check(1)").Find(static text => text != "ok");

    /// <summary>The first column of a query, as texts of one line.</summary>
    public List<string> Texts(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt handle));
        using var statement = new Statement(this, handle);
        using Statement.Rows rows = statement.Query();
        var texts = new List<string>();
        while (rows.Next())
        {
            texts.Add(statement.Text(0).ReplaceLineEndings(" "));
        }

        return texts;
    }

    /// <summary>Number of rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Rolls back the open transaction, unless an error has already rolled it back.</summary>
    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
        {
            // A failure of the rollback is ignored: the original error is the one to report.
            _ = raw.sqlite3_exec(_handle, "ROLLBACK");
        }
    }

    public void Dispose()
    {
        foreach (Statement statement in _statements)
        {
            statement.Dispose();
        }

        _handle.Dispose();
    }

    internal void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new StorageException(raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());
        }
    }

    private static Database Open(string path, int flags)
    {
        int result = raw.sqlite3_open_v2(path, out sqlite3 handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new Database(handle);
        if (result != raw.SQLITE_OK)
        {
            string message = raw.sqlite3_errmsg(handle).utf8_to_string();
            database.Dispose();
            throw new StorageException(result, message);
        }

        _ = raw.sqlite3_extended_result_codes(handle, 1);
        _ = raw.sqlite3_busy_timeout(handle, 5_000);
        return database;
    }
}
