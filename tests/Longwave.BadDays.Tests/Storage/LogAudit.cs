using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Longwave.BadDays.Tests.Storage;

/// <summary>
/// Reads the file of a closed log with SQLite only, and verifies the redundant data of the hub: the index and the topic figures
/// against a scan of the events.
/// </summary>
internal sealed class LogAudit : IDisposable
{
    private readonly sqlite3 _database;

    public LogAudit(string dataDirectory)
    {
        Batteries_V2.Init();
        Check(raw.sqlite3_open_v2(Path.Combine(dataDirectory, "longwave.db"), out _database, raw.SQLITE_OPEN_READWRITE, null));
    }

    /// <summary>All events by offset.</summary>
    public List<StoredEvent> Events()
    {
        Dictionary<long, string> topics = Rows("SELECT id, name FROM topics", static row => (Id: Int64(row, 0), Name: Text(row, 1)))
            .ToDictionary(static topic => topic.Id, static topic => topic.Name);
        return Rows("SELECT offset, topic, alternates, data FROM events ORDER BY offset", row => new StoredEvent(
            Int64(row, 0),
            [topics[Int64(row, 1)], .. MemoryMarshal.Cast<byte, int>(raw.sqlite3_column_blob(row, 2)).ToArray().Select(id => topics[id])],
            Text(row, 3)));
    }

    /// <summary>Stored figures of each topic.</summary>
    public Dictionary<string, StoredTopic> Topics() =>
        Rows("SELECT name, first, count, trimmed_through FROM topics", static row => new StoredTopic(Text(row, 0), Int64(row, 1), Int64(row, 2), Int64(row, 3)))
            .ToDictionary(static topic => topic.Name);

    /// <summary>Result of SQLite's integrity check; <c>ok</c> on success.</summary>
    public string Integrity() => string.Join('\n', Rows("PRAGMA integrity_check", static row => Text(row, 0)));

    /// <summary>Verifies a properly closed log against a full scan of its events.</summary>
    public void AssertComplete()
    {
        Assert.Equal("ok", Integrity());
        List<StoredEvent> events = Events();
        Dictionary<string, StoredTopic> topics = Topics();
        string[] expected =
        [
            .. events.SelectMany(static e => e.Topics.Distinct().Select(topic => (topic, e)))
                .Where(pair => pair.topic == pair.e.Topics[0] || topics[pair.topic].Keeps(pair.e.Offset))
                .GroupBy(static pair => pair.topic, static pair => pair.e)
                .OrderBy(static topic => topic.Key, StringComparer.Ordinal)
                .Select(static topic => $"{topic.Key}: first {topic.Min(static e => e.Offset)}, tip {topic.Max(static e => e.Offset)}, "
                    + $"count {topic.Count()}, bytes {topic.Sum(static e => Encoding.UTF8.GetByteCount(e.Data))}, index {topic.Count()}, sum {topic.Sum(static e => e.Offset)}"),
        ];
        string[] figures = [.. Rows(
            """
            SELECT name, first, tip, count, bytes, count(t.offset), coalesce(sum(t.offset), 0)
            FROM topics LEFT JOIN topic_events t ON t.topic = topics.id WHERE topics.count > 0 GROUP BY topics.id ORDER BY name
            """,
            static row => $"{Text(row, 0)}: first {Int64(row, 1)}, tip {Int64(row, 2)}, count {Int64(row, 3)}, "
                + $"bytes {Int64(row, 4)}, index {Int64(row, 5)}, sum {Int64(row, 6)}")];
        Assert.Equal(expected, figures);
        Assert.Equal(figures.Length, Rows("SELECT count(DISTINCT topic) FROM topic_events", static row => Int64(row, 0)).Single());
        Assert.Equal(events.Count == 0 ? 0 : events[^1].Offset, Rows("SELECT indexed_through FROM log", static row => Int64(row, 0)).Single());
    }

    public void Dispose() => _database.Dispose();

    private static long Int64(sqlite3_stmt row, int column) => raw.sqlite3_column_int64(row, column);

    private static string Text(sqlite3_stmt row, int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(row, column));

    private List<T> Rows<T>(string sql, Func<sqlite3_stmt, T> read)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt statement));
        using (statement)
        {
            var rows = new List<T>();
            int result;
            while ((result = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                rows.Add(read(statement));
            }

            Assert.Equal(raw.SQLITE_DONE, result);
            return rows;
        }
    }

    private static void Check(int result) => Assert.Equal(raw.SQLITE_OK, result);
}
