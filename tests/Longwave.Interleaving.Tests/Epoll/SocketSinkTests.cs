using System.Text;
using System.Text.RegularExpressions;
using Longwave.Engine.Health;
using Longwave.Engine.Subscribers;
using Longwave.Interleaving.Tests.Schedules;
using Longwave.Interleaving.Tests.Subscribers;
using Longwave.Server.Epoll;
using Longwave.Server.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Interleaving.Tests.Epoll;

public sealed partial class SocketSinkTests : IDisposable
{
    private const int Events = 8;
    private const int EventBytes = 1_500;

    private readonly ShardStage _stage = new();
    private readonly Reactor _reactor = new(0, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), NullLogger.Instance);

    public void Dispose()
    {
        _stage.Dispose();
        _reactor.Dispose();
    }

    /// <summary>The shard sends to a parked stream that is repeatedly full, while its client reads and the reactor reports each edge: no edge is lost, and every byte arrives once and in order.</summary>
    [Fact]
    public void TrySend_ConcurrentEdges_NoneIsLost()
    {
        var received = new StringBuilder();
        Subscriber? subscriber = null;
        int ours = 0, peers = 0, first = 0;
        Schedule.Explore(
            400,
            _ =>
            {
                received.Clear();
                (ours, peers) = SocketPair.Open();
                var sink = new SocketSink(new AnswerBudget(1 << 20));
                sink.Take(_reactor, ours, 1, default);
                subscriber = _stage.Open(sink, "*");
                first = _stage.Last + 1;
                return [() => Deliver(received), () => Read(sink, ours, peers, received)];
            },
            () =>
            {
                Assert.Equal(Enumerable.Range(first, Events), Data().Matches(received.ToString()).Select(static match => int.Parse(match.Groups[1].Value, null)));
                _stage.Close(subscriber!);
                _ = SystemCalls.Close(peers);
            });
    }

    /// <summary>The stream ends while the reactor sends the rest of a frame: exactly one of the two closes the descriptor, and nothing is written to it afterwards.</summary>
    [Fact]
    public void Complete_EdgeComesMeanwhile_ClosesOnce()
    {
        Subscriber? subscriber = null;
        int peers = 0;
        Schedule.Explore(
            400,
            _ =>
            {
                (int ours, peers) = SocketPair.Open();
                var sink = new SocketSink(new AnswerBudget(1 << 20));
                sink.Take(_reactor, ours, 1, default);
                subscriber = _stage.Open(sink, "*");
                for (int i = 0; i < Events; i++)
                {
                    _stage.Publish(EventBytes);
                }

                _stage.Settle();
                return
                [
                    () => sink.Complete(CloseReason.Ended),
                    () =>
                    {
                        Span<byte> buffer = stackalloc byte[4_096];
                        SystemCalls.Receive(peers, buffer);
                        sink.OnEvents(SystemCalls.EpollOut);
                    },
                ];
            },
            () =>
            {
                // The input ends only when the other descriptor is closed.
                Span<byte> buffer = stackalloc byte[4_096];
                int got;
                while ((got = SystemCalls.Receive(peers, buffer)) > 0)
                {
                }

                Assert.Equal(0, got);
                _ = SystemCalls.Close(peers);
            });
    }

    private void Deliver(StringBuilder received)
    {
        for (int i = 0; i < Events; i++)
        {
            _stage.Publish(EventBytes);
            _stage.Shard.Turn(wait: false);
        }

        while (!IsAll(received))
        {
            _stage.Shard.Turn(wait: false);
            Schedule.Step();
        }
    }

    private static void Read(SocketSink sink, int ours, int peers, StringBuilder received)
    {
        Span<byte> buffer = stackalloc byte[2_048];
        while (!IsAll(received))
        {
            Schedule.Step();
            bool wasWritable = SocketPair.IsWritable(ours);
            int got = SystemCalls.Receive(peers, buffer);
            if (got > 0)
            {
                received.Append(Encoding.ASCII.GetString(buffer[..got]));
            }

            // As epoll reports it: only when the socket was full and is so no longer.
            if (!wasWritable && SocketPair.IsWritable(ours))
            {
                sink.OnEvents(SystemCalls.EpollOut);
            }
        }
    }

    private static bool IsAll(StringBuilder received) => received.Length > Events * EventBytes && Data().Count(received.ToString()) == Events && received.ToString().EndsWith("\n\n\r\n", StringComparison.Ordinal);

    [GeneratedRegex(@"data: (\d+)\.")]
    private static partial Regex Data();
}
