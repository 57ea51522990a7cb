using System.Text.Json;
using Longwave.Client.Connections;
using Longwave.Client.Failures;
using Longwave.Client.Subscriptions;

namespace Longwave.Client.Tests.Faults;

/// <summary>Runs the fault scripts, which every SDK must pass, against a server that plays them on raw sockets.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Names => new(FaultScript.All.Select(static s => s.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Subscribe_FaultScript_BehavesAsWritten(string name)
    {
        FaultScript script = FaultScript.All.Single(s => s.Name == name);
        int?[] lengths = script.EveryByte ? [.. Enumerable.Range(0, script.FirstBody().Length + 1)] : [null];
        foreach (int? length in lengths)
        {
            await RunAsync(script, length);
        }
    }

    private static async Task RunAsync(FaultScript script, int? length)
    {
        await using var server = new FaultServer(script, length);
        await using var client = new LongwaveClient(server.Url, new LongwaveClientOptions { TokenProvider = Tokens(script.Client.Tokens), TimeProvider = new JumpingClock() });
        using var patience = new CancellationTokenSource(Patience);
        var heard = new List<string>();
        string outcome;
        try
        {
            outcome = await ListenAsync(client, script, heard, server, patience.Token);
        }
        catch (LongwaveException exception)
        {
            outcome = "failed";
            AssertError(script, exception.Failure);
        }

        string at = length is null ? script.Name : $"{script.Name}, cut after {length} bytes";
        Assert.True(outcome == script.Outcome, $"{at}: it is {outcome}, not {script.Outcome}; heard: {string.Join(", ", heard)}; {string.Join(", ", server.Problems)}");
        Assert.Equal(script.Hears.Select(static h => h.ToString()), heard);
        Assert.True(server.Problems.Count == 0, $"{at}: {string.Join("; ", server.Problems)}");
    }

    /// <summary>Reads until the subscription ends, or until everything expected was received and requested and nothing else arrives.</summary>
    private static async Task<string> ListenAsync(LongwaveClient client, FaultScript script, List<string> heard, FaultServer server, CancellationToken patience)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(patience);
        bool open = script.Outcome == "open";
        SubscriptionOptions options = Options(script.Client) with
        {
            Gap = gap => Hear($"gap {Members(("from", gap.From), ("to", gap.To), ("reason", gap.Reason))}"),
            Reset = reset => Hear($"reset {Members(("epoch", reset.Epoch), ("reason", reset.Reason))}"),
        };
        try
        {
            if (open)
            {
                _ = server.AllCame.ContinueWith(_ => EndWhenHeard(), TaskScheduler.Default);
            }

            await foreach (ReceivedEvent e in client.Subscribe(options).WithCancellation(enough.Token))
            {
                Hear($"{e.Id} {e.Type} {e.Data} {e.Topic}");
            }

            return "stopped";
        }
        catch (OperationCanceledException) when (!patience.IsCancellationRequested)
        {
            return "open";
        }

        void Hear(string what)
        {
            lock (heard)
            {
                heard.Add(what);
            }

            EndWhenHeard();
        }

        void EndWhenHeard()
        {
            lock (heard)
            {
                if (open && server.AllCame.IsCompleted && heard.Count >= script.Hears.Length)
                {
                    enough.Cancel();
                }
            }
        }
    }

    /// <summary>Formats members as the hub wrote them; a missing member is empty.</summary>
    private static string Members(params (string Name, string Text)[] members) =>
        JsonSerializer.Serialize(members.Where(static m => m.Text.Length > 0).ToDictionary(static m => m.Name, static m => m.Text));

    private static SubscriptionOptions Options(FaultClient client)
    {
        var options = new SubscriptionOptions
        {
            Selectors = client.Hub ? ["t"] : [],
            Address = client.Hub ? null : new Uri("v1/events", UriKind.Relative),
            Format = SubscriptionFormat.Raw,
            Since = client.Since,
            LastEventId = client.LastEventId,
            LongPollFallback = client.Mode == "auto",
            GreetingTimeout = TimeSpan.FromMilliseconds(client.GreetingMs),
            Reconnect = new ReconnectOptions
            {
                MinDelay = TimeSpan.FromMilliseconds(Math.Max(10, client.MinDelayMs)),
                MaxDelay = TimeSpan.FromMilliseconds(client.MaxDelayMs),
            },
        };
        options = client.HeartbeatMs is { } heartbeat ? options with { Heartbeat = TimeSpan.FromMilliseconds(heartbeat) } : options;
        return client.MaxEventBytes is { } most ? options with { MaxEventBytes = most } : options;
    }

    private static Func<CancellationToken, ValueTask<string>>? Tokens(string[]? tokens)
    {
        int calls = 0;
        return tokens is null ? null : _ => new(tokens[Math.Min(Interlocked.Increment(ref calls), tokens.Length) - 1]);
    }

    private static void AssertError(FaultScript script, HubFailure failure)
    {
        FaultError expected = script.Error ?? throw new InvalidOperationException($"{script.Name} failed: {failure}");
        Assert.Equal(
            expected.Kind,
            failure.Kind switch
            {
                FailureKind.NotAHub => "not-a-stream",
                FailureKind.EventTooLarge => "too-large",
                FailureKind.Revoked => "revoked",
                FailureKind.Problem or FailureKind.Status => "refused",
                _ => failure.ToString(),
            });
        Assert.Equal(expected.Status, failure.Status);
    }
}
