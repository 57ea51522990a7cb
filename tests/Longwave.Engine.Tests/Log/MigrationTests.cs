using Longwave.Engine.Access;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Log;

public sealed class MigrationTests
{
    /// <summary>What format 6 was, put back into a log of today.</summary>
    private const string ToVersion6 = """
        ALTER TABLE topics DROP COLUMN completed_at;
        PRAGMA user_version = 6;
        """;

    /// <summary>What format 5 was, put back into a log of format 6.</summary>
    private const string ToVersion5 = """
        ALTER TABLE topics DROP COLUMN deleted_through;
        ALTER TABLE log DROP COLUMN deleted_through;
        PRAGMA user_version = 5;
        """;

    /// <summary>What format 4 was, put back into a log of format 5.</summary>
    private const string ToVersion4 = """
        ALTER TABLE events DROP COLUMN distance;
        ALTER TABLE events DROP COLUMN checksum;
        DROP TABLE epochs;
        PRAGMA user_version = 4;
        """;

    /// <summary>What format 3 was, put back into a log of format 4.</summary>
    private const string ToVersion3 = """
        ALTER TABLE log DROP COLUMN source_position;
        ALTER TABLE log DROP COLUMN source_time;
        PRAGMA user_version = 3;
        """;

    /// <summary>What format 2 was, put back into a log of format 3.</summary>
    private const string ToVersion2 = """
        DROP INDEX events_by_publisher_id;
        ALTER TABLE events DROP COLUMN publisher_id;
        ALTER TABLE events DROP COLUMN retry;
        PRAGMA user_version = 2;
        """;

    /// <summary>What format 1 was, put back into a log of format 2.</summary>
    private const string ToVersion1 = """
        ALTER TABLE events DROP COLUMN private;
        ALTER TABLE topics DROP COLUMN is_public;
        PRAGMA user_version = 1;
        """;

    [Theory]
    [InlineData(ToVersion6)]
    [InlineData(ToVersion6 + ToVersion5)]
    [InlineData(ToVersion6 + ToVersion5 + ToVersion4)]
    [InlineData(ToVersion6 + ToVersion5 + ToVersion4 + ToVersion3)]
    [InlineData(ToVersion6 + ToVersion5 + ToVersion4 + ToVersion3 + ToVersion2)]
    [InlineData(ToVersion6 + ToVersion5 + ToVersion4 + ToVersion3 + ToVersion2 + ToVersion1)]
    public async Task Open_LogOfAnEarlierFormat_KeepsEveryEventAsPublic(string back)
    {
        string directory = Directory.CreateTempSubdirectory("longwave-").FullName;
        try
        {
            await using (var before = new TestHub(directory: directory))
            {
                await before.PublishManyAsync("a/1", 100);
            }

            using (Database database = Database.OpenWriter(Path.Combine(directory, "longwave.db")))
            {
                database.Execute(back);
            }

            await using var hub = new TestHub(directory: directory);
            await CheckAsync(hub);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task CheckAsync(TestHub hub)
    {
        var access = new ReadAccess([], [new Grant(Selector.Any)]);
        var sink = new MemorySink();
        var request = new SubscribeRequest { Selectors = [Selector.Any], Since = Since.Earliest, Identity = new StreamIdentity { Connection = "c", Access = access } };
        hub.Engine.TrySubscribe(request, sink, out _);
        Assert.Equal(Enumerable.Range(0, 100).Select(static n => $"{n}"), await sink.TakeDataAsync(100));
        Assert.Equal("a/1", Assert.Single(hub.Engine.Topics(null, null, 10, access).Topics).Name);
        await hub.PublishAsync("a/1", "after");
        Assert.Equal("after", (await sink.NextAsync()).Data);
    }
}
