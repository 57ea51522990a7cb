using SQLitePCL;

namespace Longwave.BadDays.Tests.Storage;

/// <summary>Modifies a database without the hub.</summary>
internal static class SqliteFile
{
    public static void Execute(string path, string sql)
    {
        Batteries_V2.Init();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(path, out sqlite3 database));
        using (database)
        {
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(database, sql));
        }
    }
}
