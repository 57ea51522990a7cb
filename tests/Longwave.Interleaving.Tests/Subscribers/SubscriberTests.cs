using System.Buffers.Text;
using Longwave.Engine.Access;
using Longwave.Engine.Subscribers;
using Longwave.Interleaving.Tests.Schedules;
using Longwave.Protocol.Framing;
using Longwave.Protocol.Positions;

namespace Longwave.Interleaving.Tests.Subscribers;

public sealed class SubscriberTests : IDisposable
{
    private readonly ShardStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void Completion_StreamEndsMeanwhile_Completes()
    {
        Subscriber? subscriber = null;
        Task? completion = null;
        Schedule.Explore(
            1_000,
            _ =>
            {
                subscriber = _stage.Open(new NumberSink(), "*");
                return [() => completion = subscriber.Completion, () => subscriber.Completed(CloseReason.Ended)];
            },
            () =>
            {
                Assert.True(completion!.IsCompleted, "the end of the stream was missed");
                _stage.Close(subscriber!);
            });
    }

    /// <summary>Two renewals at once leave the identity of one of them with its own access.</summary>
    [Fact]
    public void TryRenew_TwoAtOnce_OneAppliesCompletely()
    {
        StreamIdentity[] identities = [ShardStage.Holder("a", "n/odd"), ShardStage.Holder("b", "n/even")];
        Subscriber? subscriber = null;
        Schedule.Explore(
            1_000,
            _ =>
            {
                subscriber = _stage.Open(new NumberSink(), "*");
                return [() => subscriber.TryRenew(identities[0]), () => subscriber.TryRenew(identities[1])];
            },
            () =>
            {
                Assert.Same(subscriber!.Identity!.Connection == "a" ? identities[0].Access : identities[1].Access, subscriber.Access);
                _stage.Close(subscriber);
            });
    }

    /// <summary>What is published after a renewal has returned reaches the stream only if its new identity may read it.</summary>
    [Theory]
    [InlineData("*")]
    [InlineData("n/odd", "n/even")]
    public void TryRenew_ShardDeliversMeanwhile_LaterEventsUseTheNewIdentity(params string[] selectors)
    {
        var sink = new NumberSink();
        Subscriber? subscriber = null;
        int renewedAt = 0;
        Schedule.Explore(
            1_500,
            _ =>
            {
                sink.Numbers.Clear();
                subscriber = _stage.Open(sink, selectors);
                _stage.Publish();
                _stage.Publish();
                return
                [
                    () =>
                    {
                        for (int turns = 0; turns < 4; turns++)
                        {
                            _stage.Shard.Turn(wait: false);
                        }
                    },
                    () =>
                    {
                        subscriber.TryRenew(ShardStage.Holder("narrow", "n/odd"));
                        renewedAt = _stage.Last;
                        _stage.Publish();
                        _stage.Publish();
                    },
                ];
            },
            () =>
            {
                _stage.Settle();
                Assert.Equal([renewedAt + 1], sink.Numbers.Where(number => number > renewedAt));
                Assert.Contains(renewedAt - 1, sink.Numbers);
                _stage.Close(subscriber!);
            });
    }

    private sealed class NumberSink : ISink
    {
        public List<int> Numbers { get; } = [];

        public void Attach(Subscriber subscriber)
        {
        }

        public bool TrySend(FrameBatch batch, out int taken)
        {
            taken = batch.Count;
            for (int i = 0; i < taken; i++)
            {
                int data = batch[i].IndexOf("data: "u8);
                if (data >= 0 && Utf8Parser.TryParse(batch[i][(data + 6)..], out int number, out _))
                {
                    Numbers.Add(number);
                }
            }

            return true;
        }

        public void OnPosition(Position position, bool isLive)
        {
        }

        public void Complete(CloseReason reason)
        {
        }
    }
}
