using System.Text.Json.Serialization.Metadata;

namespace Longwave.Client.Subscriptions;

/// <summary>Subscription whose events have objects as data.</summary>
internal sealed class TypedSubscription<T>(Subscription subscription, JsonTypeInfo<T> type) : IAsyncEnumerable<TypedEvent<T>>
{
    public async IAsyncEnumerator<TypedEvent<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (ReceivedEvent e in subscription.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return new TypedEvent<T>(e, type);
        }
    }
}
