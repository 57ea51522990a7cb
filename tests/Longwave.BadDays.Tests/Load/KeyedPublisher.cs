using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Load;

/// <summary>Publishes one event per request with an idempotency key; repeats a request until it is answered, and sometimes an answered one.</summary>
internal sealed class KeyedPublisher(Uri hub, Ledger ledger, string name) : Publisher(hub, ledger, name)
{
    protected override async Task PublishAsync()
    {
        string label = NextLabel();
        string data = DataOf(label);
        string topic = Ledger.TopicOf(label);
        string[] alternates = Random(4) == 0 ? [topic == "load/7" ? "load/8" : "load/7", "alternate"] : [];
        Task<PublishReply> Send() => Hub.PublishAsync(topic, data, label, alternates);

        if (await SendAsync(Send, again: true) is not { } reply)
        {
            return;
        }

        Book.Acknowledge(label, reply.Offsets.Single());
        if (Random(10) == 0 && await SendAsync(Send, again: true) is { } repeated)
        {
            Book.Acknowledge(label, repeated.Offsets.Single());
            if (repeated.Duplicates != 1)
            {
                Book.Complaints.Enqueue($"{label} was published twice with one key and not called a duplicate");
            }
        }
    }
}
