namespace Longwave.Bench.Load;

/// <summary>Many open streams in one load loop.</summary>
internal sealed class StreamSet
{
    /// <summary>Streams opened before the loop looks at their greetings; below the backlog of a listening socket.</summary>
    private const int OpenAtOnce = 64;

    /// <summary>Streams whose response has begun.</summary>
    public int Greeted { get; set; }

    /// <summary>Events that all streams together were given.</summary>
    public long Delivered { get; set; }

    /// <summary>Opens <paramref name="count"/> streams, each with the query of its number, and waits until each is greeted.</summary>
    public void Open(LoadLoop loop, int port, int count, Func<int, string> query)
    {
        for (int opened = 0; opened < count;)
        {
            int upTo = Math.Min(count, opened + OpenAtOnce);
            for (; opened < upTo; opened++)
            {
                loop.Add(new StreamChannel(this, port, query(opened)));
            }

            loop.RunUntil(() => Greeted == upTo, $"opening stream {opened} of {count}");
        }
    }

    /// <summary>Waits until so many events were delivered in all.</summary>
    public void WaitFor(LoadLoop loop, long delivered)
    {
        loop.RunUntil(() => Delivered >= delivered, $"{delivered - Delivered} deliveries are missing");
        if (Delivered > delivered)
        {
            throw new BenchFailedException($"{Delivered - delivered} events came twice.");
        }
    }
}
