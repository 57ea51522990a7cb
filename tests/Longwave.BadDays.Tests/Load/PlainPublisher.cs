using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Load;

/// <summary>Publishes one event per request without a key; does not repeat unanswered requests.</summary>
internal sealed class PlainPublisher(Uri hub, Ledger ledger, string name) : Publisher(hub, ledger, name)
{
    protected override async Task PublishAsync()
    {
        string label = NextLabel();
        string data = DataOf(label);
        string topic = Ledger.TopicOf(label);
        if (await SendAsync(() => Hub.PublishAsync(topic, data), again: false) is { } reply)
        {
            Book.Acknowledge(label, reply.Offsets.Single());
        }
        else
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
