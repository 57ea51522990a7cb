using System.Diagnostics;

namespace Longwave.Bench.Load;

/// <summary>Serves every connection of a load from one thread, so that the load takes as little of the machine as it can.</summary>
internal sealed class LoadLoop : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>A hub that moves nothing for so long has lost something.</summary>
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(30);

    private readonly Epoll _epoll = new();
    private readonly List<IChannel> _channels = [];

    /// <summary>What channels read into; what is there is used before the next one reads.</summary>
    public byte[] Buffer { get; } = new byte[256 * 1024];

    /// <summary>Adds a connection; its number is given back.</summary>
    public int Add(IChannel channel)
    {
        _channels.Add(channel);
        _epoll.Add(channel.Socket, _channels.Count - 1);
        return _channels.Count - 1;
    }

    public void WatchWrites(IChannel channel, int number, bool writes) => _epoll.Watch(channel.Socket, number, writes);

    /// <summary>Serves the connections until <paramref name="done"/>.</summary>
    /// <exception cref="BenchFailedException">Nothing came for a long time.</exception>
    public void RunUntil(Func<bool> done, string what)
    {
        long last = Stopwatch.GetTimestamp();
        while (!done())
        {
            if (Turn() > 0)
            {
                last = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(last) > StallTime)
            {
                throw new BenchFailedException($"Nothing came for {StallTime.TotalSeconds} s while {what}.");
            }
        }
    }

    public void Dispose()
    {
        _channels.ForEach(static channel => channel.Dispose());
        _epoll.Dispose();
    }

    private int Turn()
    {
        int count = _epoll.Wait(Patience);
        for (int i = 0; i < count; i++)
        {
            (int number, uint events) = _epoll.Ready(i);
            if ((events & Epoll.Writable) != 0)
            {
                _channels[number].OnWritable(this);
            }

            // Errors and hang-ups come without being asked for, and show when one reads.
            if ((events & ~Epoll.Writable) != 0)
            {
                _channels[number].OnReadable(this);
            }
        }

        return count;
    }
}
