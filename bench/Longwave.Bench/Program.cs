using System.Diagnostics;
using System.Text;
using Longwave.Engine;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Microsoft.Extensions.Logging.Abstractions;

string dir = args.Length > 1 ? args[1] : Directory.CreateTempSubdirectory("lwb").FullName;
int topics = int.Parse(args[0]);
var engine = HubEngine.Open(new EngineOptions { DataDirectory = dir }, TimeProvider.System, NullLoggerFactory.Instance);
byte[] data = Encoding.UTF8.GetBytes(new string('x', 200));
string[] names = Enumerable.Range(0, topics).Select(i => $"topic/{i}").ToArray();
for (int round = 0; round < 4; round++)
{
    var cpu = Process.GetCurrentProcess().TotalProcessorTime;
    long bytes0 = GC.GetTotalAllocatedBytes();
    var sw = Stopwatch.StartNew();
    int total = 400_000, sent = 0;
    var tasks = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
    {
        while (true)
        {
            int at = Interlocked.Add(ref sent, 500) - 500;
            if (at >= total) return;
            var batch = new Publication[500];
            for (int i = 0; i < 500; i++) batch[i] = new Publication(new Event { Topic = names[Random.Shared.Next(topics)], Data = data }, IdempotencyKey.FromCloudEvent("t", "bench", $"{round}-{at + i}"));
            var r = await engine.PublishAsync(batch);
            if (r.Outcome != PublishOutcome.Accepted) throw new InvalidOperationException(r.Outcome.ToString());
        }
    })).ToArray();
    await Task.WhenAll(tasks);
    var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
    Console.WriteLine($"{topics} topics: {total / sw.Elapsed.TotalSeconds:n0} events/s, {used.TotalMicroseconds / total:n2} us CPU/event, {(GC.GetTotalAllocatedBytes() - bytes0) / total} B alloc/event, RSS {Environment.WorkingSet >> 20} MB");
}
await engine.DisposeAsync();
