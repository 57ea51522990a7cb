using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Longwave.Bench.AspNet;

/// <summary>A channel for each connected client; an event is written to all of them.</summary>
internal sealed class ClientChannels
{
    private readonly ConcurrentDictionary<Channel<SseItem<string>>, bool> _channels = [];

    public void Broadcast(string data)
    {
        var item = new SseItem<string>(data);
        foreach (KeyValuePair<Channel<SseItem<string>>, bool> client in _channels)
        {
            client.Key.Writer.TryWrite(item);
        }
    }

    /// <summary>The events from now on. The first item is a greeting: the response begins with its first item.</summary>
    public async IAsyncEnumerable<SseItem<string>> SubscribeAsync([EnumeratorCancellation] CancellationToken gone)
    {
        Channel<SseItem<string>> channel = Channel.CreateUnbounded<SseItem<string>>(new UnboundedChannelOptions { SingleReader = true });
        _channels.TryAdd(channel, true);
        try
        {
            yield return new SseItem<string>("hello", "greeting");
            await foreach (SseItem<string> item in channel.Reader.ReadAllAsync(gone))
            {
                yield return item;
            }
        }
        finally
        {
            _channels.TryRemove(channel, out _);
        }
    }
}
