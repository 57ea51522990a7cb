using System.Globalization;
using System.Net;
using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Load;

/// <summary>A publisher that continues through failures of the hub until it is stopped.</summary>
internal abstract class Publisher : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _end = new();
    private readonly Random _random;
    private readonly string _name;
    private Task _running = Task.CompletedTask;
    private long _number;

    protected Publisher(Uri hub, Ledger ledger, string name)
    {
        (Hub, Book, _name) = (new HubClient(hub), ledger, name);
        _random = new Random(name.GetHashCode(StringComparison.Ordinal));
    }

    protected HubClient Hub { get; }

    protected Ledger Book { get; }

    /// <summary>Decides on refusals: true if the refusal is expected, so that the publisher continues as if the hub were down.</summary>
    public Func<PublishReply, bool> Tolerates { get; init; } = static reply => reply.Status == HttpStatusCode.ServiceUnavailable && reply.Problem is "overloaded" or "shutting-down";

    /// <summary>Maximum padding of an event's data; lengths vary, and some events are ten times as long.</summary>
    public int Padding { get; init; } = 150;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Stops the publisher after the current publish.</summary>
    public Task EndAsync()
    {
        _end.Cancel();
        return _running;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Hub.Dispose();
        _end.Dispose();
    }

    /// <summary>Sends one publish request and records acknowledged events in the ledger.</summary>
    protected abstract Task PublishAsync();

    /// <summary>Creates the label of the next event; it encodes the topic (<see cref="Ledger.TopicOf"/>).</summary>
    protected string NextLabel() => string.Create(CultureInfo.InvariantCulture, $"{_name}-{_number++}@{_random.Next(20)}");

    protected string DataOf(string label)
    {
        int length = _random.Next(Padding) * (_random.Next(50) == 0 ? 10 : 1);
        return $"{label} {new string((char)('a' + _random.Next(26)), length)}";
    }

    protected int Random(int below) => _random.Next(below);

    /// <summary>
    /// Sends a request until it is answered. Null if the connection broke before (or the hub was down) and <paramref name="again"/> is
    /// false, or if the publisher is stopped.
    /// </summary>
    protected async Task<PublishReply?> SendAsync(Func<Task<PublishReply>> send, bool again)
    {
        while (true)
        {
            try
            {
                PublishReply reply = await send();
                if (reply.IsAccepted)
                {
                    return reply;
                }

                if (!Tolerates(reply))
                {
                    Book.Complaints.Enqueue($"{_name} was answered {(int)reply.Status} {reply.Problem}");
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                // The hub is down, or was killed before it answered.
            }

            if (!again || _end.IsCancellationRequested)
            {
                return null;
            }

            await Task.Delay(Pause);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                await PublishAsync();
            }
        }
        catch (Exception wrong)
        {
            Book.Complaints.Enqueue($"{_name}: {wrong}");
        }
    }
}
