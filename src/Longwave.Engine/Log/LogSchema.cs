using System.Globalization;
using System.Security.Cryptography;
using Longwave.Engine.Storage;

namespace Longwave.Engine.Log;

/// <summary>Tables of <c>longwave.db</c> and the settings of a connection.</summary>
internal static class LogSchema
{
    /// <summary>"LWAV", by which <c>file</c> and the hub distinguish the log from other databases.</summary>
    private const long ApplicationId = 0x4C574156;

    private const long Version = 7;

    /// <summary>Value of <c>PRAGMA auto_vacuum</c> of a database that can return free pages to the file system.</summary>
    private const int Incremental = 2;

    /// <summary>Number of 4 KiB pages after which SQLite checkpoints: 16 MiB, which take tens of milliseconds on an ordinary disk.</summary>
    private const int CheckpointPages = 4_096;

    /// <summary>
    /// Tables of a new log. <c>log</c> has one row. <c>topic_events</c> and the figures in <c>topics</c> lag behind <c>events</c> (see
    /// <see cref="TopicIndexer"/>): <c>indexed_through</c> is the offset up to which they are complete, per topic and for the log.
    /// <c>source_position</c> is the position in the upstream, in the encoding of its reader, and <c>source_time</c> is the time of the newest event
    /// at that position. In <c>events</c>, <c>distance</c> is the number of offsets since the event stored before, and <c>checksum</c> is an
    /// <see cref="EventChecksum"/>. <c>completed_at</c> is the offset of the event that completed a topic. <c>deleted_through</c> is the offset up to which events were deleted on request, of a topic and of the forgotten topics;
    /// rows up to it can still exist, and no reader gets them. <c>epochs</c> has the lineage: each epoch after the first one, the epoch before it, and why it began.
    /// </summary>
    private const string Tables = """
        CREATE TABLE log (
          epoch INTEGER NOT NULL, reserved_offset INTEGER NOT NULL, indexed_through INTEGER NOT NULL,
          forgotten_through INTEGER NOT NULL, source_position BLOB, source_time INTEGER NOT NULL DEFAULT 0,
          deleted_through INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE topics (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, tip INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
          bytes INTEGER NOT NULL, trimmed_through INTEGER NOT NULL, indexed_through INTEGER NOT NULL,
          is_public INTEGER NOT NULL DEFAULT 1, deleted_through INTEGER NOT NULL DEFAULT 0, completed_at INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE events (
          offset INTEGER PRIMARY KEY, time INTEGER NOT NULL, topic INTEGER NOT NULL, alternates BLOB, type TEXT, key TEXT,
          content_type TEXT, attributes TEXT, data BLOB NOT NULL, private INTEGER NOT NULL DEFAULT 0,
          publisher_id TEXT, retry INTEGER, distance INTEGER, checksum INTEGER);
        CREATE INDEX events_by_publisher_id ON events (publisher_id) WHERE publisher_id IS NOT NULL;
        CREATE TABLE topic_events (topic INTEGER NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (topic, offset)) WITHOUT ROWID;
        CREATE TABLE idempotency (offset INTEGER PRIMARY KEY, time INTEGER NOT NULL, key BLOB NOT NULL);
        """ + Epochs;

    private const string Epochs = """
        CREATE TABLE epochs (
          epoch INTEGER PRIMARY KEY, previous INTEGER NOT NULL, after_offset INTEGER NOT NULL, time INTEGER NOT NULL, reason TEXT NOT NULL);
        """;

    /// <summary>
    /// Migration from format 1, which had no private events, so all its events are public. SQLite adds a column with a default without rewriting
    /// rows.
    /// </summary>
    private const string FromVersion1 = """
        BEGIN IMMEDIATE;
        ALTER TABLE events ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE topics ADD COLUMN is_public INTEGER NOT NULL DEFAULT 1;
        PRAGMA user_version = 2;
        COMMIT;
        """;

    /// <summary>Migration from format 2, whose events had no ids of publishers. One pass over the events creates the index.</summary>
    private const string FromVersion2 = """
        BEGIN IMMEDIATE;
        ALTER TABLE events ADD COLUMN publisher_id TEXT;
        ALTER TABLE events ADD COLUMN retry INTEGER;
        CREATE INDEX events_by_publisher_id ON events (publisher_id) WHERE publisher_id IS NOT NULL;
        PRAGMA user_version = 3;
        COMMIT;
        """;

    /// <summary>Migration from format 3, whose events had no upstream.</summary>
    private const string FromVersion3 = """
        BEGIN IMMEDIATE;
        ALTER TABLE log ADD COLUMN source_position BLOB;
        ALTER TABLE log ADD COLUMN source_time INTEGER NOT NULL DEFAULT 0;
        PRAGMA user_version = 4;
        COMMIT;
        """;

    /// <summary>Migration from format 4, whose events had no checksums; its events stay without.</summary>
    private const string FromVersion4 = $"""
        BEGIN IMMEDIATE;
        ALTER TABLE events ADD COLUMN distance INTEGER;
        ALTER TABLE events ADD COLUMN checksum INTEGER;
        {Epochs}
        PRAGMA user_version = 5;
        COMMIT;
        """;

    /// <summary>Migration from format 5, whose events were removed by retention alone.</summary>
    private const string FromVersion5 = """
        BEGIN IMMEDIATE;
        ALTER TABLE topics ADD COLUMN deleted_through INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE log ADD COLUMN deleted_through INTEGER NOT NULL DEFAULT 0;
        PRAGMA user_version = 6;
        COMMIT;
        """;

    /// <summary>Migration from format 6, which had no complete topics.</summary>
    private const string FromVersion6 = """
        BEGIN IMMEDIATE;
        ALTER TABLE topics ADD COLUMN completed_at INTEGER NOT NULL DEFAULT 0;
        PRAGMA user_version = 7;
        COMMIT;
        """;

    /// <summary>Creates a random epoch for a log.</summary>
    public static uint NewEpoch() => (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);

    /// <summary>Creates the tables in a new file, or checks that an existing one is a log that this version can read.</summary>
    /// <param name="database">Connection for writing.</param>
    /// <param name="reserveBytes">Disk space for retention, zero for none.</param>
    public static void Prepare(Database database, long reserveBytes = 0)
    {
        long id = database.Scalar("PRAGMA application_id");
        bool empty = database.Scalar("SELECT count(*) FROM sqlite_master") == 0;
        if (empty)
        {
            // Both settings belong to the file, and the first one can only be made before it has a page.
            database.Execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
            uint epoch = NewEpoch();
            database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                BEGIN IMMEDIATE;
                {Tables}
                INSERT INTO log VALUES ({epoch}, 0, 0, 0, NULL, 0, 0);
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {Version};
                COMMIT;
                """));
        }
        else if (id != ApplicationId)
        {
            throw new LogUnavailableException("longwave.db is not a Longwave log. Choose another data directory.");
        }
        else
        {
            Upgrade(database);
        }

        database.Execute("""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -16384;
            PRAGMA temp_store = MEMORY;
            """);
        LimitWal(database, reserveBytes);
    }

    /// <summary>
    /// Sets the size of the WAL at which SQLite checkpoints. A checkpoint can enlarge the database by the size of the WAL, so on a small disk the WAL
    /// stays below the reserve; retention on a full disk then has room for a checkpoint and for its own transactions.
    /// </summary>
    public static void LimitWal(Database database, long reserveBytes)
    {
        long pages = reserveBytes == 0 ? CheckpointPages : Math.Clamp(reserveBytes * 2 / 3 / Database.PageBytes, 16, CheckpointPages);
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA wal_autocheckpoint = {pages}"));
    }

    /// <summary>Checks that a database is a log of the current format, without a change.</summary>
    /// <exception cref="LogUnavailableException">It is not.</exception>
    public static void CheckFormat(Database database)
    {
        if (database.Scalar("PRAGMA application_id") != ApplicationId)
        {
            throw new LogUnavailableException("The database is not a Longwave log.");
        }

        long found = database.Scalar("PRAGMA user_version");
        if (found != Version)
        {
            throw new LogUnavailableException(found < Version
                ? $"The log has format {found}. Start the hub once, which upgrades it to format {Version}."
                : $"The log has format {found}, but this version reads format {Version}. Use the Longwave version that wrote the log.");
        }
    }

    /// <summary>Whether a log can return free pages to the file system. A log that an earlier version created can't.</summary>
    public static bool CanReturnPages(Database database) => database.Scalar("PRAGMA auto_vacuum") == Incremental;

    /// <summary>Copies a log into a new file without free pages, which can return those that it gets.</summary>
    /// <param name="source">Connection to the log.</param>
    /// <param name="file">Path of the file, which must not exist.</param>
    public static void Copy(Database source, string file)
    {
        CheckFormat(source);
        if (!CanReturnPages(source))
        {
            // Applies to the copy alone: SQLite does not change a database that has pages.
            source.Execute("PRAGMA auto_vacuum = INCREMENTAL");
        }

        source.Execute($"VACUUM INTO '{file.Replace("'", "''", StringComparison.Ordinal)}'");
    }

    private static void Upgrade(Database database)
    {
        long found = database.Scalar("PRAGMA user_version");
        if (found is < 1 or > Version)
        {
            throw new LogUnavailableException($"The log has format {found}, but this hub reads format {Version}. Run the Longwave version that wrote the log, or choose another data directory.");
        }

        if (found < 2)
        {
            database.Execute(FromVersion1);
        }

        if (found < 3)
        {
            database.Execute(FromVersion2);
        }

        if (found < 4)
        {
            database.Execute(FromVersion3);
        }

        if (found < 5)
        {
            database.Execute(FromVersion4);
        }

        if (found < 6)
        {
            database.Execute(FromVersion5);
        }

        if (found < 7)
        {
            database.Execute(FromVersion6);
        }
    }
}
