using System.Text;
using System.Text.Json;
using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Load;

/// <summary>Publishes many CloudEvents per request, one per line; repeats a request until it is answered (source and id are the idempotency key).</summary>
internal sealed class BatchPublisher(Uri hub, Ledger ledger, string name) : Publisher(hub, ledger, name)
{
    private readonly string _name = name;

    /// <summary>Maximum number of events per request.</summary>
    public int MaxEvents { get; init; } = 200;

    protected override async Task PublishAsync()
    {
        string[] labels = [.. Enumerable.Range(0, 1 + Random(MaxEvents)).Select(_ => NextLabel())];
        var lines = new StringBuilder();
        foreach (string label in labels)
        {
            lines.Append(JsonSerializer.Serialize(new
            {
                specversion = "1.0",
                id = label,
                source = _name,
                type = "load",
                topic = Ledger.TopicOf(label),
                datacontenttype = "text/plain",
                data = DataOf(label),
            })).Append('\n');
        }

        string body = lines.ToString();
        if (await SendAsync(() => Hub.PublishLinesAsync(body), again: true) is not { } reply)
        {
            return;
        }

        long[] offsets = [.. reply.Offsets];
        if (reply.Duplicates != 0 && reply.Duplicates != labels.Length)
        {
            Book.Complaints.Enqueue($"of the request from {labels[0]} on, {reply.Duplicates} of {labels.Length} events were there already: it was not all or nothing");
        }

        if (offsets.Length != labels.Length || offsets[^1] - offsets[0] != offsets.Length - 1)
        {
            Book.Complaints.Enqueue($"the request from {labels[0]} on was given the offsets {string.Join(' ', offsets)}");
            return;
        }

        for (int i = 0; i < labels.Length; i++)
        {
            Book.Acknowledge(labels[i], offsets[i]);
        }
    }
}
