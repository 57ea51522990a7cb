using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Metrics;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Protocol.Events;

namespace Longwave.Engine.Tests.Publishing;

/// <summary>The appender alone: the content of one transaction, which is stored completely or not at all.</summary>
public sealed class AppenderTests : IDisposable
{
    /// <summary>Fails the transaction of an event of type <c>fails</c>, after everything before it was written.</summary>
    private const string Trap = "CREATE TRIGGER trap BEFORE INSERT ON events WHEN NEW.type = 'fails' BEGIN SELECT RAISE(FAIL, 'trap'); END";

    private readonly EngineOptions _options = new()
    {
        DataDirectory = Directory.CreateTempSubdirectory("longwave-").FullName,
        Policies = [new TopicPolicy { Selector = "memory", Durability = Durability.Memory }],
    };

    [Fact]
    public void Append_Batch_StoresEventsTopicsKeysAndSourcePosition()
    {
        using EventLog log = EventLog.Open(_options);
        Append(log, new Appender(log), "at 1", new Event { Topic = "a", Alternates = ["b"], Data = "x"u8.ToArray() }, new Event { Topic = "a" });
        Assert.Equal(
            (2, 2, 2, 1),
            (Count(log, "events"), Count(log, "topics"), Count(log, "idempotency"), log.Database.Scalar("SELECT source_position = CAST('at 1' AS BLOB) FROM log")));
        Assert.Equal("at 1", Source(log));
        Assert.All(log.Topics.All, static topic => Assert.True(topic.Stored));
    }

    [Fact]
    public void Append_Fails_StoresNoEventOfTheBatch()
    {
        using EventLog log = EventLog.Open(_options);
        var appender = new Appender(log);
        Append(log, appender, "at 1", new Event { Topic = "a" });
        log.Database.Execute(Trap);
        Assert.Throws<StorageException>(() => Append(log, appender, "at 2", new Event { Topic = "new" }, new Event { Topic = "memory" }, new Event { Topic = "a", Type = "fails" }));
        Assert.Equal(
            (1, 1, 1, 0, 1),
            (Count(log, "events"), Count(log, "topics"), Count(log, "idempotency"), log.Database.Scalar("SELECT reserved_offset FROM log"),
                log.Database.Scalar("SELECT source_position = CAST('at 1' AS BLOB) FROM log")));
        Assert.Equal("at 1", Source(log));
        Assert.Equal(["a"], log.Topics.All.Where(static topic => topic.Stored).Select(static topic => topic.Name));

        log.Database.Execute("DROP TRIGGER trap");
        Append(log, appender, "at 3", new Event { Topic = "new" }, new Event { Topic = "memory" });
        Assert.Equal((2, 3, "at 3"), (Count(log, "events"), Count(log, "topics"), Source(log)));
        Assert.True(log.Database.Scalar("SELECT reserved_offset FROM log") > log.Tip);
    }

    [Fact]
    public void Append_OnlyASourcePosition_IsStored()
    {
        using (EventLog log = EventLog.Open(_options))
        {
            Append(log, new Appender(log), "at 1");
        }

        using EventLog again = EventLog.Open(_options);
        Assert.Equal("at 1", Source(again));
    }

    [Fact]
    public void Append_MemoryEventsOfAKnownTopic_NeedNoTransaction()
    {
        using EventLog log = EventLog.Open(_options);
        var appender = new Appender(log);
        Append(log, appender, null, new Event { Topic = "memory" });
        log.Database.Execute("CREATE TRIGGER trap BEFORE UPDATE ON log BEGIN SELECT RAISE(FAIL, 'trap'); END");
        Append(log, appender, null, new Event { Topic = "memory" });
        Assert.Throws<StorageException>(() => Append(log, appender, "at 1", new Event { Topic = "memory" }));
        Assert.Null(log.SourcePosition);
        Assert.Equal(2, log.Tip);
    }

    public void Dispose() => Directory.Delete(_options.DataDirectory, recursive: true);

    private static void Append(EventLog log, Appender appender, string? source, params Event[] events)
    {
        var sequencer = new Sequencer(log.Epoch, log.Topics, log.Keys, log.Tip, log.LastTimeUnixMs);
        var request = new PublishRequest(new HubLimits(), new SharedCounters<PublishOutcome>());
        foreach (Event e in events)
        {
            Assert.Null(request.Add(e, IdempotencyKey.FromHeader(null, e.Topic, Guid.NewGuid().ToString(), 0)));
        }

        if (source is not null)
        {
            request.SetSourcePosition(Encoding.ASCII.GetBytes(source));
        }

        sequencer.Sequence(request, 1_000);
        try
        {
            appender.Append(sequencer.Batch);
        }
        catch (StorageException)
        {
            sequencer.RolledBack();
            throw;
        }

        log.Publish(sequencer.Batch.Entries);
        sequencer.Committed();
    }

    private static long Count(EventLog log, string table) => log.Database.Scalar($"SELECT count(*) FROM {table}");

    private static string? Source(EventLog log) => log.SourcePosition is { } source ? Encoding.ASCII.GetString(source) : null;
}
