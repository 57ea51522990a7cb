using System.Text;
using Longwave.Engine.Configuration;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Tests;

/// <summary>An engine on a directory of its own, that can be closed and opened again on the same log.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private readonly bool _ownsDirectory;

    public TestHub(EngineOptions? options = null, TimeProvider? clock = null, string? directory = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("longwave-").FullName;
        Options = options ?? new EngineOptions();
        Options.DataDirectory = Directory;
        Clock = clock ?? TimeProvider.System;
        Engine = HubEngine.Open(Options, Clock, NullLoggerFactory.Instance);
    }

    public string Directory { get; }

    public EngineOptions Options { get; }

    public TimeProvider Clock { get; }

    public HubEngine Engine { get; private set; }

    public async Task RestartAsync()
    {
        await Engine.DisposeAsync();
        Engine = HubEngine.Open(Options, Clock, NullLoggerFactory.Instance);
    }

    public async Task<Position> PublishAsync(string topic, string data, string? type = null, string? key = null) =>
        (await PublishAllAsync(new Event { Topic = topic, Data = Encoding.UTF8.GetBytes(data), Type = type }, key)).Events[0].Position;

    public async Task<PublishResult> PublishAllAsync(Event published, string? key = null)
    {
        IdempotencyKey? idempotency = key is null ? null : IdempotencyKey.FromHeader(null, published.Topic, key, 0);
        PublishResult result = await Engine.PublishAsync([new Publication(published, idempotency)]);
        Assert.Equal(PublishOutcome.Accepted, result.Outcome);
        return result;
    }

    /// <summary>Publishes "0", "1", … to a topic, in requests of 500.</summary>
    public async Task<List<Position>> PublishManyAsync(string topic, int count, Func<int, string>? data = null)
    {
        var positions = new List<Position>();
        foreach (int[] chunk in Enumerable.Range(0, count).Chunk(500))
        {
            Publication[] publications = [.. chunk.Select(i => new Publication(
                new Event { Topic = topic, Data = Encoding.UTF8.GetBytes(data?.Invoke(i) ?? $"{i}") }, null))];
            PublishResult result = await Engine.PublishAsync(publications);
            Assert.Equal(PublishOutcome.Accepted, result.Outcome);
            positions.AddRange(result.Events.Select(static published => published.Position));
        }

        return positions;
    }

    public MemorySink Subscribe(string selector, string? lastEventId = null, Since? since = null, bool endWhenLive = false, MemorySink? sink = null, params string[] types) =>
        Subscribe([selector], lastEventId, since, endWhenLive, sink, types);

    public MemorySink Subscribe(string[] selectors, string? lastEventId = null, Since? since = null, bool endWhenLive = false, MemorySink? sink = null, string[]? types = null)
    {
        sink ??= new MemorySink();
        var request = new SubscribeRequest
        {
            Selectors = [.. selectors.Select(static text => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error))],
            LastEventId = lastEventId,
            Since = since ?? Since.Live,
            EndWhenLive = endWhenLive,
            Types = types ?? [],
        };
        Assert.Equal(SubscribeOutcome.Accepted, Engine.TrySubscribe(request, sink, out _));
        return sink;
    }

    /// <summary>Opens a stream whose request <paramref name="change"/> has the last word on.</summary>
    public MemorySink Subscribe(Func<SubscribeRequest, SubscribeRequest> change, params string[] selectors)
    {
        var sink = new MemorySink();
        var request = new SubscribeRequest
        {
            Selectors = [.. selectors.Select(static text => Selector.TryParse(text, out Selector? selector, out string? error) ? selector : throw new ArgumentException(error))],
        };
        Assert.Equal(SubscribeOutcome.Accepted, Engine.TrySubscribe(change(request), sink, out _));
        return sink;
    }

    /// <summary>Publishes events with topics and keys of their own, in requests of 500; returns their offsets.</summary>
    public async Task<List<long>> PublishKeyedAsync(IEnumerable<(string Topic, string? Key)> events)
    {
        var offsets = new List<long>();
        foreach ((string Topic, string? Key)[] chunk in events.Chunk(500))
        {
            PublishResult result = await Engine.PublishAsync([.. chunk.Select(static one => new Publication(
                new Event { Topic = one.Topic, Key = one.Key, Data = "x"u8.ToArray() }, null))]);
            Assert.Equal(PublishOutcome.Accepted, result.Outcome);
            offsets.AddRange(result.Events.Select(static published => published.Position.Offset));
        }

        return offsets;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
