using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Engine.Tests.Log;

/// <summary>A log that was not closed: dropping it without <see cref="Appender.Close"/> leaves what a crash leaves.</summary>
public sealed class RecoveryTests : IDisposable
{
    private readonly EngineOptions _options = new() { DataDirectory = Directory.CreateTempSubdirectory("longwave-").FullName };

    [Theory]
    [InlineData(10)]
    [InlineData(16_384)]
    [InlineData(17_000)]
    [InlineData(18_500)]
    [InlineData(40_000)]
    public void Open_AfterACrashAtAnyPointOfTheIndex_CountsMatchTheEvents(int events)
    {
        using (EventLog log = Open())
        {
            Append(log, events, topics: 37);
        }

        using EventLog again = Open();
        Assert.Equal(events, again.Tip);
        Assert.Equal(events, again.Topics.All.Sum(static topic => topic.Count));
        foreach (Topic topic in again.Topics.All)
        {
            Assert.Equal(again.Database.Scalar($"SELECT count(*) FROM events WHERE topic = {topic.Id}"), topic.Count);
            Assert.Equal(again.Database.Scalar($"SELECT sum(length(data)) FROM events WHERE topic = {topic.Id}"), topic.Bytes);
            Assert.Equal(again.Database.Scalar($"SELECT min(offset) FROM events WHERE topic = {topic.Id}"), topic.First);
            Assert.Equal(again.Database.Scalar($"SELECT max(offset) FROM events WHERE topic = {topic.Id}"), topic.Tip);
        }

        new Appender(again).Close();
        Assert.Equal(events, again.Database.Scalar("SELECT count(*) FROM topic_events"));
        Assert.Equal(0, again.Database.Scalar("SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM topic_events t WHERE t.topic = e.topic AND t.offset = e.offset)"));
    }

    [Fact]
    public void Index_AllInTheMiddleOfAGeneration_EndsWithNothingLeft()
    {
        using EventLog log = Open();
        Append(log, 1_000, topics: 37);
        log.Writer.Index(100);
        Assert.True(log.Indexer.HasWork);
        log.Writer.Index(int.MaxValue);
        Assert.False(log.Indexer.HasWork);
        Assert.Equal(log.Tip, log.Indexer.IndexedThrough);
    }

    [Fact]
    public void Open_AfterACrashWithMemoryEvents_ContinuesAfterEveryUsedOffset()
    {
        _options.Policies = [new TopicPolicy { Selector = "topic/0", Durability = Durability.Memory }];
        long tip;
        using (EventLog log = Open())
        {
            Append(log, 100, topics: 1);
            tip = log.Tip;
        }

        using EventLog again = Open();
        Assert.True(again.Tip >= tip);
        Assert.Equal(0, again.Database.Scalar("SELECT count(*) FROM events"));
    }

    [Fact]
    public void Open_ForeignDatabase_FailsWithAClearMessage()
    {
        using (var foreign = Database.OpenWriter(Path.Combine(_options.DataDirectory, "longwave.db")))
        {
            foreign.Execute("CREATE TABLE theirs (x)");
        }

        Assert.Contains("not a Longwave log", Assert.Throws<LogUnavailableException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DamagedFile_FailsWithAClearMessage()
    {
        File.WriteAllBytes(Path.Combine(_options.DataDirectory, "longwave.db"), Encoding.UTF8.GetBytes(new string('x', 8_192)));
        Assert.Contains("Cannot open", Assert.Throws<LogUnavailableException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NewerFormat_FailsWithAClearMessage()
    {
        using (EventLog log = Open())
        {
            log.Database.Execute("PRAGMA user_version = 99");
        }

        Assert.Contains("format 99", Assert.Throws<LogUnavailableException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DirectoryOfARunningHub_FailsWithAClearMessage()
    {
        using EventLog running = Open();
        Assert.Contains("in use by another hub", Assert.Throws<LogUnavailableException>(Open).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_options.DataDirectory, recursive: true);

    private EventLog Open() => EventLog.Open(_options);

    private static void Append(EventLog log, int events, int topics)
    {
        const int Batch = 100;
        var appender = new Appender(log);
        for (int done = 0; done < events;)
        {
            var batch = new AppendBatch();
            for (; batch.Entries.Count < Batch && done < events; done++)
            {
                string name = $"topic/{done * 7919 % topics}";
                Topic topic = log.Topics.TryGet(name, out Topic? known) ? known : log.Topics.Add(name);
                var published = new Event { Topic = name, Data = Encoding.UTF8.GetBytes($"{done}") };
                var position = new Position(log.Epoch, log.Tip + batch.Entries.Count + 1);
                batch.Entries.Add(new AppendEntry(new LoggedEvent(published, topic, [], position, done), IdempotencyKey.FromHeader(null, name, "k", done)));
            }

            log.EvictTail();
            appender.Append(batch);
            log.Publish(batch.Entries);
        }
    }
}
