using System.Net;
using Longwave.Engine.Health;
using Longwave.Protocol.Selectors;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Admission;

/// <summary>Where patterns are compiled, and in which order.</summary>
public sealed class PatternCompilerTests : IDisposable
{
    /// <summary>A pattern above every limit, so that no cache has it.</summary>
    private const string Costly = "{a:90}{b:90}{c:90}{d:90}{e:90}{f:90}{g:90}{h:90}{i:90}{j:90}";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly PatternCompiler _compiler = NewCompiler();
    private readonly ManualResetEventSlim _held = new();
    private readonly ManualResetEventSlim _released = new();

    public void Dispose()
    {
        _released.Set();
        _compiler.Dispose();
        _held.Dispose();
        _released.Dispose();
    }

    [Fact]
    public async Task RunAsync_FewPatterns_AreCompiledOnTheThreadOfTheRequest()
    {
        var threads = new List<Thread>();
        ValueTask<Problem?> done = _compiler.RunAsync(Request("192.0.2.1"), () =>
        {
            threads.Add(Thread.CurrentThread);
            return Parse("few/{x}");
        });
        Assert.True(done.IsCompleted);
        Assert.Null(await done);
        Assert.Same(Thread.CurrentThread, Assert.Single(threads));
    }

    /// <summary>Work that compiles more than a request may on its own thread runs again on the thread of low priority, with its real result.</summary>
    [Theory]
    [InlineData("{a:90}{b:90}{c:90}{d:90}{e:90}{f:90}{g:90}{h:90}{i:90}{j:90}", true)]
    [InlineData("{a:30}{b:30}{c:30}", false)]
    public async Task RunAsync_CostlyPattern_IsCompiledOnItsOwnThread(string template, bool isRejected)
    {
        var threads = new List<string?>();
        Problem? problem = await _compiler.RunAsync(Request("192.0.2.1"), () =>
        {
            threads.Add(Thread.CurrentThread.Name);
            return Parse(template);
        }).AsTask().WaitAsync(Patience);
        Assert.Equal(isRejected, problem is not null);
        Assert.Equal([Thread.CurrentThread.Name, "longwave-compiler"], threads);
    }

    [Fact]
    public async Task RunAsync_ParserFails_TheRequestGetsTheException()
    {
        int runs = 0;
        Task<Problem?> done = _compiler.RunAsync(Request("192.0.2.1"), () => runs++ == 0 ? Parse(Costly) : throw new InvalidOperationException("parser")).AsTask();
        Assert.Equal("parser", (await Assert.ThrowsAsync<InvalidOperationException>(() => done.WaitAsync(Patience))).Message);
        Assert.Null(await QueueAsync("192.0.2.1").WaitAsync(Patience));
    }

    /// <summary>The addresses take turns: many requests of one do not delay another by more than one of them.</summary>
    [Fact]
    public async Task RunAsync_ManyRequestsOfOneAddress_AnotherAddressIsNext()
    {
        Task<Problem?> first = HoldAsync();
        var order = new List<string>();
        List<Task<Problem?>> all = [.. Enumerable.Range(0, 10).Select(i => QueueAsync("192.0.2.1", () => order.Add($"many {i}")))];
        all.Add(QueueAsync("192.0.2.2", () => order.Add("other")));
        Assert.Equal(11, _compiler.Waiting);
        _released.Set();
        await Task.WhenAll([first, .. all]).WaitAsync(Patience);
        Assert.Equal(["many 0", "other", "many 1", "many 2"], order.Take(4));
        Assert.Equal(0, _compiler.Waiting);
    }

    [Fact]
    public async Task RunAsync_AddressAtItsLimit_IsRejectedAndNoOther()
    {
        Task<Problem?> first = HoldAsync();
        List<Task<Problem?>> all = [.. Enumerable.Range(0, 1_024).Select(_ => QueueAsync("192.0.2.1"))];
        Assert.Equal(ProblemTypes.RateLimited, (await QueueAsync("192.0.2.1"))?.Type);
        for (int address = 2; address <= 4; address++)
        {
            all.AddRange(Enumerable.Range(0, 1_024).Select(_ => QueueAsync($"192.0.2.{address}")));
        }

        Assert.Equal(4_096, _compiler.Waiting);
        Assert.Equal(ProblemTypes.Overloaded, (await QueueAsync("192.0.2.5"))?.Type);
        _released.Set();
        await Task.WhenAll([first, .. all]).WaitAsync(Patience);
        Assert.Null(await QueueAsync("192.0.2.5").WaitAsync(Patience));
    }

    [Fact]
    public async Task RunAsync_ClientLeft_IsNotCompiled()
    {
        Task<Problem?> first = HoldAsync();
        using var left = new CancellationTokenSource();
        bool ran = false;
        Task<Problem?> waiting = QueueAsync("192.0.2.1", () => ran = true, left.Token);
        await left.CancelAsync();
        _released.Set();
        await first.WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        Assert.False(ran);
    }

    [Fact]
    public async Task Dispose_RequestsWait_RejectsThem()
    {
        Task<Problem?> first = HoldAsync();
        Task<Problem?> waiting = QueueAsync("192.0.2.1");
        var disposed = Task.Run(_compiler.Dispose);
        Assert.Equal(ProblemTypes.ShuttingDown, (await waiting.WaitAsync(Patience))?.Type);
        _released.Set();
        await disposed.WaitAsync(Patience);
        Assert.Null(await first.WaitAsync(Patience));
        Assert.Equal(ProblemTypes.ShuttingDown, (await QueueAsync("192.0.2.1").WaitAsync(Patience))?.Type);
    }

    /// <summary>Occupies the thread until <see cref="_released"/> is set.</summary>
    private Task<Problem?> HoldAsync()
    {
        Task<Problem?> held = QueueAsync("192.0.2.9", () =>
        {
            _held.Set();
            _released.Wait();
        });
        Assert.True(_held.Wait(Patience));
        return held;
    }

    /// <summary>Queues work: the first run exceeds the limit of the request's thread.</summary>
    private Task<Problem?> QueueAsync(string address, Action? run = null, CancellationToken aborted = default)
    {
        int runs = 0;
        DefaultHttpContext request = Request(address);
        request.RequestAborted = aborted;
        return _compiler.RunAsync(request, () =>
        {
            if (runs++ == 0)
            {
                return Parse(Costly);
            }

            run?.Invoke();
            return null;
        }).AsTask();
    }

    private static Problem? Parse(string text) => Selector.TryParse(text, out _, out string? error) ? null : new Problem(ProblemTypes.InvalidSelector, error);

    private static PatternCompiler NewCompiler()
    {
        var options = new LongwaveOptions();
        return new PatternCompiler(options, new ClientAddresses(options.Server), new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance));
    }

    private static DefaultHttpContext Request(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
}
