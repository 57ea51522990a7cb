using Longwave.Bench.Load;
using Longwave.Engine;
using Longwave.Engine.Configuration;
using Longwave.Engine.Publishing;
using Longwave.Engine.Storage;
using Longwave.Protocol.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Bench.Logs;

/// <summary>Makes big logs through the engine, without HTTP, and keeps them for the next run.</summary>
internal sealed class LogCache(string directory)
{
    private const int BatchEvents = 4_000;
    private const int BatchesInFlight = 4;

    /// <summary>Retention removes what is older than seven days; a log that is used has all its events.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(2);

    /// <summary>Directory of a log of this shape, made when it is missing or too old.</summary>
    public async Task<string> GetAsync(LogShape shape, Action<string> tell)
    {
        string log = Path.Combine(directory, shape.Name);
        string whole = Path.Combine(log, "whole");
        if (File.Exists(whole) && TimeProvider.System.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(whole) < Fresh && Opens(log))
        {
            return log;
        }

        if (Directory.Exists(log))
        {
            Directory.Delete(log, recursive: true);
        }

        tell($"making a log of {shape.Events:N0} events over {shape.Topics:N0} topics");
        await MakeAsync(shape, log);
        await File.WriteAllTextAsync(whole, "");
        return log;
    }

    /// <summary>Whether the engine of today still reads it.</summary>
    private static bool Opens(string log)
    {
        try
        {
            HubEngine.Open(Options(log), TimeProvider.System, NullLoggerFactory.Instance).DisposeAsync().AsTask().Wait();
            return true;
        }
        catch (LogUnavailableException)
        {
            return false;
        }
    }

    private static EngineOptions Options(string log) => new() { DataDirectory = log, IdempotencyWindow = TimeSpan.Zero };

    private static async Task MakeAsync(LogShape shape, string log)
    {
        await using HubEngine engine = HubEngine.Open(Options(log), TimeProvider.System, NullLoggerFactory.Instance);
        string[] names = [.. Enumerable.Range(0, shape.Topics).Select(Topics.Name)];
        var inFlight = new Queue<Task<PublishResult>>();
        foreach (int[] batch in shape.TopicNumbers().Chunk(BatchEvents))
        {
            if (inFlight.Count == BatchesInFlight)
            {
                Check(await inFlight.Dequeue());
            }

            Publication[] publications = Array.ConvertAll(
                batch, topic => new Publication(new Event { Topic = names[topic], Data = Payload.Data, ContentType = "application/json" }, null));
            inFlight.Enqueue(engine.PublishAsync(publications).AsTask());
        }

        Array.ForEach(await Task.WhenAll(inFlight), Check);
    }

    private static void Check(PublishResult result)
    {
        if (result.Outcome != PublishOutcome.Accepted)
        {
            throw new BenchFailedException($"The log could not be made: {result.Outcome}.");
        }
    }
}
