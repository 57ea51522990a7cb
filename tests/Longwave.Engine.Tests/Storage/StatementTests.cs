using Longwave.Engine.Storage;

namespace Longwave.Engine.Tests.Storage;

/// <summary>A statement lives as long as its connection: after an error it works as before.</summary>
public sealed class StatementTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly Database _database;

    public StatementTests() => _database = Database.OpenWriter(_path);

    public void Dispose()
    {
        _database.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Query_LastOneFailed_CanBeBoundAndRunAgain()
    {
        // The absolute value of the least integer is not an integer: SQLite fails at the first row.
        Statement statement = _database.Prepare("SELECT abs(?1)");
        for (int i = 0; i < 2; i++)
        {
            Assert.Throws<StorageException>(() => Abs(statement, long.MinValue));
            Assert.Equal(5, Abs(statement, -5));
        }
    }

    [Fact]
    public void Run_LastOneFailed_CanBeBoundAndRunAgain()
    {
        _database.Execute("CREATE TABLE t (a INTEGER PRIMARY KEY)");
        Statement statement = _database.Prepare("INSERT INTO t VALUES (?1)");
        statement.Bind(1, 1).Run();
        Assert.Throws<StorageException>(() => statement.Bind(1, 1).Run());
        statement.Bind(1, 2).Run();
        Assert.Equal(2, _database.Scalar("SELECT count(*) FROM t"));
    }

    /// <summary>An error of the code that reads the rows releases the snapshot, too: one that is kept keeps the log file from shrinking.</summary>
    [Fact]
    public void Query_ReaderThrowsBetweenRows_ReleasesTheSnapshot()
    {
        _database.Execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)");
        using Database reader = Database.OpenReader(_path);
        Statement statement = reader.Prepare("SELECT a FROM t");
        Assert.Throws<InvalidOperationException>(() => ReadAndFail(statement));
        _database.Execute("INSERT INTO t VALUES (3)");
        Assert.Equal(0, _database.Scalar("PRAGMA wal_checkpoint(TRUNCATE)"));
    }

    private static long Abs(Statement statement, long value)
    {
        using Statement.Rows rows = statement.Bind(1, value).Query();
        rows.Next();
        return statement.Int64(0);
    }

    private static void ReadAndFail(Statement statement)
    {
        using Statement.Rows rows = statement.Query();
        rows.Next();
        throw new InvalidOperationException();
    }
}
