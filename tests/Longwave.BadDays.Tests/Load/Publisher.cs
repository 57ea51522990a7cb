using System.Globalization;
using System.Net;
using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Load;

/// <summary>A publisher that goes on publishing until it is told to end, whatever happens to the hub.</summary>
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

    /// <summary>EndpointGuard that are part of the story are told here; true when the publisher may go on as if the hub were away.</summary>
    public Func<PublishReply, bool> Tolerates { get; init; } = static reply => reply.Status == HttpStatusCode.ServiceUnavailable && reply.Problem is "overloaded" or "shutting-down";

    /// <summary>Longest padding of an event's data; the lengths vary, and now and then an event has ten times as much.</summary>
    public int Padding { get; init; } = 150;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Tells it to end after the publish under way.</summary>
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

    /// <summary>Publishes one request and enters in the ledger what was acknowledged.</summary>
    protected abstract Task PublishAsync();

    /// <summary>The label of the next event; it says which topic is meant (<see cref="Ledger.TopicOf"/>).</summary>
    protected string NextLabel() => string.Create(CultureInfo.InvariantCulture, $"{_name}-{_number++}@{_random.Next(20)}");

    protected string DataOf(string label)
    {
        int length = _random.Next(Padding) * (_random.Next(50) == 0 ? 10 : 1);
        return $"{label} {new string((char)('a' + _random.Next(26)), length)}";
    }

    protected int Random(int below) => _random.Next(below);

    /// <summary>
    /// Sends a request until it is answered; null when the connection broke before (or the hub was away) and <paramref name="again"/> is
    /// false, or when the publisher is told to end.
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
                // The hub is away, or died before it answered.
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
