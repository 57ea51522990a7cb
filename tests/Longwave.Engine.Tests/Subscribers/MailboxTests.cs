using Longwave.Engine.Subscribers;

namespace Longwave.Engine.Tests.Subscribers;

public sealed class MailboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Take_PostedQuietly_DoesNotEndAWaitAndIsTakenWithTheNext()
    {
        var mailbox = new Mailbox<int>();
        List<int> taken = [];
        mailbox.PostQuietly(1);
        mailbox.Post(2);
        Assert.True(mailbox.Take(ref taken, wait: true));
        Assert.Equal([1, 2], taken);
        taken.Clear();
        mailbox.PostQuietly(3);
        Assert.True(mailbox.Take(ref taken, wait: false));
        Assert.Equal([3], taken);
    }

    [Fact]
    public void Take_Closed_ReturnsTheRestAndReportsTheEnd()
    {
        var mailbox = new Mailbox<int>();
        List<int> taken = [];
        mailbox.Post(1);
        mailbox.Close();
        Assert.False(mailbox.Take(ref taken, wait: true));
        Assert.Equal([1], taken);
    }

    [Fact]
    public async Task Rest_WokenAndClosed_EndsWithTheClose()
    {
        var mailbox = new Mailbox<int>();
        Task rest = Task.Factory.StartNew(() => mailbox.Rest(TimeSpan.FromHours(1)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        mailbox.Post(1);
        mailbox.Wake();
        Assert.False(rest.IsCompleted);
        mailbox.Close();
        await rest.WaitAsync(Patience);
    }

    /// <summary>A wake-up during the rest has sent no signal, so the next take must not wait for one.</summary>
    [Fact]
    public async Task Take_AfterARest_DoesNotWait()
    {
        var mailbox = new Mailbox<int>();
        List<int> taken = [];
        mailbox.PostQuietly(1);
        await Task.Run(() =>
        {
            mailbox.Rest(TimeSpan.FromMilliseconds(1));
            Assert.True(mailbox.Take(ref taken, wait: true));
        }).WaitAsync(Patience);
        Assert.Equal([1], taken);
    }

    /// <summary>Several senders at random speeds, with and without wake-up, and an owner that waits in between: every message arrives once, in order per sender, and every wait ends.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Take_ManySenders_GetsEveryMessageOnceAndInOrder(int seed)
    {
        const int Senders = 4, Each = 20_000;
        var mailbox = new Mailbox<(int Sender, int Number)>();
        Task[] senders = [.. Enumerable.Range(0, Senders).Select(sender => Task.Run(() => Send(mailbox, sender, Each, new Random((seed * Senders) + sender))))];
        Task<int[]> owner = Task.Run(() => Receive(mailbox, Senders, new Random(seed)));
        await Task.WhenAll(senders).WaitAsync(Patience, TestContext.Current.CancellationToken);
        mailbox.Close();
        Assert.All(await owner.WaitAsync(Patience, TestContext.Current.CancellationToken), static next => Assert.Equal(Each, next));
    }

    /// <summary>Each message is posted after the previous one was taken, so no later wake-up hides a lost one.</summary>
    [Fact]
    public async Task Take_OneMessageAtATime_NoWakeUpIsLost()
    {
        const int Rounds = 20_000;
        var there = new Mailbox<int>();
        var back = new Mailbox<int>();
        Task echo = Task.Run(() => Pass(there, back, Rounds, starts: false));
        await Task.Run(() => Pass(back, there, Rounds, starts: true)).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await echo.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private static void Send(Mailbox<(int Sender, int Number)> mailbox, int sender, int count, Random random)
    {
        for (int number = 0; number < count; number++)
        {
            if (random.Next(3) == 0)
            {
                mailbox.PostQuietly((sender, number));
            }
            else
            {
                mailbox.Post((sender, number));
            }

            if (random.Next(64) == 0)
            {
                Thread.Yield();
            }
        }
    }

    private static int[] Receive(Mailbox<(int Sender, int Number)> mailbox, int senders, Random random)
    {
        int[] next = new int[senders];
        List<(int Sender, int Number)> taken = [];
        bool open = true;
        while (open)
        {
            open = mailbox.Take(ref taken, wait: random.Next(2) == 0);
            foreach ((int sender, int number) in taken)
            {
                Assert.Equal(next[sender]++, number);
            }

            taken.Clear();
            if (random.Next(16) == 0)
            {
                Thread.Yield();
            }
        }

        return next;
    }

    private static void Pass(Mailbox<int> from, Mailbox<int> to, int rounds, bool starts)
    {
        List<int> taken = [];
        for (int round = 0; round < rounds; round++)
        {
            if (starts)
            {
                to.Post(round);
            }

            while (taken.Count == 0)
            {
                from.Take(ref taken, wait: true);
            }

            Assert.Equal([round], taken);
            taken.Clear();
            if (!starts)
            {
                to.Post(round);
            }
        }
    }
}
