using System.Net;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Mercure;

namespace Longwave.Server.Tests.Identity;

/// <summary>A hub with events that only some callers may read. The first set of events is in storage only, so that a replay reads it there.</summary>
public sealed class AccessHub : IAsyncLifetime
{
    /// <summary>Data of the last event of each set, which every caller may read.</summary>
    public const string End = "end";

    /// <summary>Data of the events that push the first set out of the hot tail.</summary>
    public const string Filler = "filler";

    private const int TailEvents = 1_024;

    /// <summary>The claims of each caller; null is no token, an empty object is a token without rights.</summary>
    private static readonly Dictionary<string, string?> Claims = new()
    {
        ["anonymous"] = null,
        ["nothing"] = "{}",
        ["publisher"] = """{"publish":["a/{n}",{"topic":"b","types":["trade"]}]}""",
        ["pattern"] = """{"subscribe":["a/{n}"]}""",
        ["exact"] = """{"subscribe":["a/1"]}""",
        ["trade"] = """{"subscribe":[{"topic":"b","types":["trade"]}]}""",
        ["trades"] = """{"subscribe":[{"topic":"*","types":["trade"]}]}""",
        ["secret"] = """{"subscribe":["secret"]}""",
        ["root"] = """{"publish":["*"],"subscribe":["*"],"admin":true}""",
    };

    /// <summary>Events: data, topics, query parameters, and who may read them, with the topics that each of these callers may see.</summary>
    private static readonly (string Data, string Topics, string More, string Readers)[] Events =
    [
        ("open", "public", "", "*:public"),
        ("first", "a/1", "", "pattern:a/1 exact:a/1 root:a/1"),
        ("private", "a/2", "&private=true", "pattern:a/2 root:a/2"),
        ("trade", "b", "&type=trade", "trade:b trades:b root:b"),
        ("quote", "b", "&type=quote", "root:b"),
        ("hidden", "secret", "", "secret:secret root:secret"),
        ("by alternate", "secret,a/1", "", "pattern:a/1 exact:a/1 secret:secret root:secret,a/1"),
        ("by public alternate", "secret,public", "", "secret:secret,public root:secret,public *:public"),
        ("private with public topic", "public,secret", "&private=true", "secret:secret root:public,secret"),
        ("trade by alternate", "secret,b,a/1", "&type=trade", "pattern:a/1 exact:a/1 trade:b secret:secret trades:secret,b,a/1 root:secret,b,a/1"),
    ];

    private readonly TestIssuer _issuer = new();
    private readonly Dictionary<string, string?> _tokens = [];

    public static IEnumerable<string> Callers => Claims.Keys;

    public TestHub Hub { get; private set; } = null!;

    /// <summary>The events that a caller may read, with the topics that it may see, in the order of the log.</summary>
    public static List<(string Data, string Topics)> ReadableBy(string caller)
    {
        var readable = new List<(string, string)>();
        foreach ((string data, _, _, string readers) in Events)
        {
            string[] entries = readers.Split(' ');
            if ((entries.FirstOrDefault(entry => entry.StartsWith(caller + ":", StringComparison.Ordinal)) ?? entries.FirstOrDefault(static entry => entry.StartsWith('*'))) is { } found)
            {
                readable.Add((data, found[(found.IndexOf(':', StringComparison.Ordinal) + 1)..]));
            }
        }

        readable.Add((End, "public"));
        return readable;
    }

    public async ValueTask InitializeAsync()
    {
        Hub = await TestHub.StartAsync(options =>
        {
            options.Auth.Issuers.Add(_issuer.Options());
            options.Auth.Anonymous.Subscribe.Add(new() { Topic = "public" });
            options.Engine.Limits.HotTailEvents = TailEvents;
            options.Mercure.Subscriptions = true;
        });
        foreach ((string caller, string? claims) in Claims)
        {
            _tokens[caller] = claims is null ? null : _issuer.Token(caller, claims);
        }

        await PublishAsync();
        string line = JsonSerializer.Serialize(new { specversion = "1.0", id = "1", source = "/filler", type = "trade", topic = "filler", datacontenttype = "text/plain", data = Filler });
        IEnumerable<string> lines = Enumerable.Range(0, TailEvents + 1).Select(number => line.Replace("\"id\":\"1\"", $"\"id\":\"{number}\"", StringComparison.Ordinal));
        using HttpResponseMessage filled = await Hub.PostAsync("/v1/events", string.Join('\n', lines), "application/x-ndjson", Credential("root"));
        Assert.Equal(HttpStatusCode.Created, filled.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        _issuer.Dispose();
    }

    /// <summary>Publishes a set of events.</summary>
    public async Task PublishAsync()
    {
        foreach ((string data, string topics, string more, _) in (IEnumerable<(string, string, string, string)>)[.. Events, (End, "public", "", "")])
        {
            string query = string.Concat(topics.Split(',').Select(static topic => $"&topic={Uri.EscapeDataString(topic)}"));

            // A key of its own, so that conflation keeps every event.
            using HttpResponseMessage published = await Hub.PostAsync($"/v1/events?key={Uri.EscapeDataString(data)}{query}{more}", data, null, Credential("root"));
            Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        }
    }

    /// <summary>The header with the credential of a caller; none for the anonymous caller.</summary>
    public (string Name, string Value)[] Credential(string caller) => _tokens[caller] is { } token ? [IdentityHub.Bearer(token)] : [];

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, string caller, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address);
        foreach ((string name, string value) in (IEnumerable<(string, string)>)[.. Credential(caller), .. headers])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The status of a missing grant. Mercure 0.x has only 401 for it.</summary>
    public static HttpStatusCode RejectionOf(string address, string caller) =>
        caller == "anonymous" || address.StartsWith(MercureHub.Path, StringComparison.Ordinal) ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden;

    /// <summary>Every way with every caller, except those that are not included.</summary>
    public static TheoryData<string, string> Pairs(IEnumerable<string> ways, IEnumerable<string> callers, Func<string, string, bool> isIncluded)
    {
        var pairs = new TheoryData<string, string>();
        foreach (string way in ways)
        {
            foreach (string caller in callers.Where(caller => isIncluded(way, caller)))
            {
                pairs.Add(way, caller);
            }
        }

        return pairs;
    }
}
