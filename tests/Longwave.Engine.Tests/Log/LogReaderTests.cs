using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Engine.Subscribers;
using Longwave.Engine.Topics;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Tests.Log;

/// <summary>A catch-up reader serves one subscriber after the other: an error of one leaves nothing behind for the next.</summary>
public sealed class LogReaderTests : IDisposable
{
    private const int Events = 10;

    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly EventLog _log;
    private readonly LogReader _reader;
    private readonly EventWriter _page = new();

    public LogReaderTests()
    {
        _log = EventLog.Open(new EngineOptions { DataDirectory = _directory });
        Topic topic = _log.Topics.Add("t");
        var batch = new AppendBatch();
        batch.Entries.AddRange(Enumerable.Range(1, Events).Select(i => new AppendEntry(
            new TailEvent(new Event { Topic = "t", Data = Encoding.UTF8.GetBytes($"{i}") }, topic, [], new Position(_log.Epoch, i), 0), null)));
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
        Assert.Equal(Events, Read(selector, survey: null));
        BreakOnce(selector, survey: null);
        Assert.Equal(Events, Read(selector, survey: null));
    }

    /// <summary>A survey only notes events. One that failed must not leave the page in that state: the next subscriber's events would be noted and not written.</summary>
    [Fact]
    public void ReadPage_LastSurveyFailed_WritesTheEvents()
    {
        BreakOnce("*", new MissedEvents(Events));
        Assert.Equal(Events, Read("*", survey: null));
        Assert.False(_page.IsSurvey);
    }

    private void BreakOnce(string selector, MissedEvents? survey)
    {
        _log.Database.Execute("ALTER TABLE events RENAME TO gone");
        Assert.Throws<StorageException>(() => Read(selector, survey));
        _log.Database.Execute("ALTER TABLE gone RENAME TO events");
    }

    private int Read(string selector, MissedEvents? survey)
    {
        Assert.True(Selector.TryParse(selector, out Selector? parsed, out _));
        var matches = new TopicMatches(new TopicFilter([parsed]), _log.Topics);
        matches.Refresh();
        _page.Begin(EventFormat.Sse, [], null);
        if (survey is not null)
        {
            _page.BeginSurvey(survey);
        }

        _reader.ReadPage(matches, _page, 0, Events, 100);
        return _page.Count;
    }
}
