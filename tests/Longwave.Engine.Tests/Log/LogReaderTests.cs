using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Log;

/// <summary>A catch-up reader serves one subscriber after the other: an error of one does not affect the next.</summary>
public sealed class LogReaderTests : IDisposable
{
    private const int Events = 10;

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly EventLog _log;
    private readonly LogReader _reader;

    public LogReaderTests()
    {
        _log = EventLog.Open(new EngineOptions { DataDirectory = _directory });
        Topic topic = _log.Topics.Add("t");
        var batch = new AppendBatch();
        batch.Entries.AddRange(Enumerable.Range(1, Events).Select(i => new AppendEntry(
            new LoggedEvent(new Event { Topic = "t", Data = Encoding.UTF8.GetBytes($"{i}") }, topic, [], new Position(_log.Epoch, i), 0), null)));
        new Appender(_log).Append(batch);
        _log.Publish(batch.Entries);
        _log.Writer.Index(int.MaxValue);
        _reader = _log.OpenReader();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("t")]
    public void ReadPage_LastReadFailed_ReadsEverything(string selector)
    {
        Assert.Equal(Events, Read(selector));
        _log.Database.Execute("ALTER TABLE events RENAME TO gone");
        Assert.Throws<StorageException>(() => Read(selector));
        _log.Database.Execute("ALTER TABLE gone RENAME TO events");
        Assert.Equal(Events, Read(selector));
    }

    /// <summary>A full page ends the read; the next page starts after the last event of this page.</summary>
    [Theory]
    [InlineData("*")]
    [InlineData("t")]
    public void ReadPage_PageIsFull_EndsWithTheLastEventTaken(string selector)
    {
        var taken = new List<long>();
        StoredEventHandler take = (in StoredEvent found) =>
        {
            taken.Add(found.Offset);
            return taken.Count == 4 ? PageStep.Full : PageStep.Taken;
        };
        Assert.Equal(4, _reader.ReadPage(MatchesOf(selector), take, 0, Events, 100));
        Assert.Equal([1, 2, 3, 4], taken);
    }

    private int Read(string selector)
    {
        int count = 0;
        Assert.Equal(Events, _reader.ReadPage(MatchesOf(selector), Count, 0, Events, 100));
        return count;

        PageStep Count(in StoredEvent found)
        {
            count++;
            return PageStep.Taken;
        }
    }

    private TopicMatches MatchesOf(string selector)
    {
        Assert.True(Selector.TryParse(selector, out Selector? parsed, out _));
        var matches = new TopicMatches(new TopicFilter([parsed]), _log.Topics, most: 1_024);
        matches.Refresh();
        return matches;
    }
}
