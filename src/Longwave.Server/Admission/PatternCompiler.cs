using Longwave.Engine.Health;
using Longwave.Protocol.Automata;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Admission;

/// <summary>
/// Limits what requests with patterns cost the others. A few patterns are compiled on the thread of the request. If a request has more, the rest waits
/// for one thread of low priority, which serves the addresses in turns: a request that compiles for tens of milliseconds delays only requests of its
/// own kind, and those of other addresses by its own duration at most.
/// </summary>
internal sealed class PatternCompiler : IDisposable
{
    /// <summary>Steps on the thread of the request: less than a millisecond.</summary>
    private const int InlineSteps = 16_384;

    /// <summary>Maximum number of waiting requests.</summary>
    private const int MostWaiting = 4_096;

    /// <summary>Maximum number of waiting requests of one address.</summary>
    private const int MostWaitingPerAddress = 1_024;

    // Guards _waiting, _turns, _count and _isClosed; the thread waits on it.
    private readonly object _gate = new();
    private readonly Dictionary<AddressKey, Queue<CompilerWork>> _waiting = [];

    // Addresses with waiting requests, each once.
    private readonly Queue<AddressKey> _turns = [];
    private readonly LongwaveOptions _options;
    private readonly ClientAddresses _clients;
    private readonly Thread _thread;
    private int _count;
    private bool _isClosed;

    public PatternCompiler(LongwaveOptions options, ClientAddresses clients, BackgroundLoops loops)
    {
        (_options, _clients) = (options, clients);
        _thread = loops.StartThread("longwave-compiler", Run, Close, isLowPriority: true);
    }

    /// <summary>Number of waiting requests.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Runs the part of a request that parses patterns: at once if it compiles little, otherwise in the turn of its address.</summary>
    /// <param name="context">The request.</param>
    /// <param name="parse">Parses; returns the problem of the request, or null. It has no other effect than to set its results, because it can run twice.</param>
    /// <returns>The problem of the request, or of a full queue; or null.</returns>
    public ValueTask<Problem?> RunAsync(HttpContext context, Func<Problem?> parse)
    {
        if (CompilationLimit.TryRun(InlineSteps, parse, out Problem? problem))
        {
            return ValueTask.FromResult(problem);
        }

        var address = AddressKey.Of(_clients.Of(context), _options.Server.Admission.Ipv6PrefixLength);
        var work = new CompilerWork(parse, context.RequestAborted);
        return Reject(address, work) is { } rejected ? ValueTask.FromResult<Problem?>(rejected) : new ValueTask<Problem?>(work.Task);
    }

    public void Dispose()
    {
        Close();
        _thread.Join();
    }

    /// <summary>Queues the work, or returns why not.</summary>
    private Problem? Reject(AddressKey address, CompilerWork work)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return new Problem(ProblemTypes.ShuttingDown, "The hub is shutting down.");
            }

            if (_count >= MostWaiting)
            {
                return new Problem(ProblemTypes.Overloaded, $"{MostWaiting} requests wait for the compilation of their patterns, the limit of this hub.");
            }

            if (!_waiting.TryGetValue(address, out Queue<CompilerWork>? queue))
            {
                _waiting.Add(address, queue = []);
                _turns.Enqueue(address);
            }

            if (queue.Count >= MostWaitingPerAddress)
            {
                return new Problem(
                    ProblemTypes.RateLimited, $"{MostWaitingPerAddress} requests of this address wait for the compilation of their patterns. Use fewer or simpler patterns.");
            }

            queue.Enqueue(work);
            _count++;
            Monitor.Pulse(_gate);
            return null;
        }
    }

    private void Run()
    {
        while (TryTake(out CompilerWork? work))
        {
            work!.Run();
        }
    }

    /// <summary>Takes the next work of the address whose turn it is; false when the queue is closed.</summary>
    private bool TryTake(out CompilerWork? work)
    {
        lock (_gate)
        {
            while (_count == 0 && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            work = null;
            if (_isClosed)
            {
                return false;
            }

            AddressKey address = _turns.Dequeue();
            Queue<CompilerWork> queue = _waiting[address];
            work = queue.Dequeue();
            _count--;
            if (queue.Count > 0)
            {
                _turns.Enqueue(address);
            }
            else
            {
                _waiting.Remove(address);
            }

            return true;
        }
    }

    /// <summary>Rejects everything that waits or comes later.</summary>
    private void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (CompilerWork work in _waiting.Values.SelectMany(static queue => queue))
            {
                work.Reject(new Problem(ProblemTypes.ShuttingDown, "The hub is shutting down."));
            }

            _waiting.Clear();
            _turns.Clear();
            _count = 0;
            Monitor.Pulse(_gate);
        }
    }
}
