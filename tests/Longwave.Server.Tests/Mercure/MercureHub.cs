using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Longwave.Server.Configuration;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Identity;

namespace Longwave.Server.Tests.Mercure;

/// <summary>A hub with one key for publishers and another for subscribers, and client operations of both dialects.</summary>
public sealed class MercureHub : IAsyncDisposable
{
    public const string Path = "/.well-known/mercure";
    public const string Subscriptions = Path + "/subscriptions";
    public const string DetailType = "https://mercure.rocks/authorization-detail";

    private static readonly byte[] PublisherKey = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] SubscriberKey = RandomNumberGenerator.GetBytes(32);
    private readonly DirectoryInfo _keys;

    private MercureHub(TestHub hub, ShiftedClock clock, DirectoryInfo keys) => (Hub, Clock, _keys) = (hub, clock, keys);

    public TestHub Hub { get; }

    public ShiftedClock Clock { get; }

    /// <summary>Public address of the hub.</summary>
    public string Url => new Uri(Hub.Address, Path).AbsoluteUri;

    public static async Task<MercureHub> StartAsync(Action<LongwaveOptions>? configure = null, bool tls = false)
    {
        DirectoryInfo keys = Directory.CreateTempSubdirectory("longwave-mercure-");
        var clock = new ShiftedClock();
        TestHub hub = await TestHub.StartAsync(options =>
        {
            options.Mercure.Publisher = Keys("publisher", PublisherKey);
            options.Mercure.Subscriber = Keys("subscriber", SubscriberKey);
            options.Mercure.Anonymous = true;
            options.Mercure.Subscriptions = true;
            options.Auth.ApiKeys.Add(NativeKey.Options());
            configure?.Invoke(options);
        }, tls, clock: clock);
        return new MercureHub(hub, clock, keys);

        MercureKeysOptions Keys(string name, byte[] key)
        {
            string file = System.IO.Path.Combine(keys.FullName, name);
            File.WriteAllText(file, "base64:" + Convert.ToBase64String(key));
            return new MercureKeysOptions { Keys = { new() { File = file } } };
        }
    }

    /// <summary>Creates a 0.x publisher token.</summary>
    public static string Publisher(params string[] topics) => Legacy(PublisherKey, new JsonObject { ["publish"] = Array(topics) });

    /// <summary>Creates a 0.x subscriber token.</summary>
    public static string Subscriber(params string[] topics) => Legacy(SubscriberKey, new JsonObject { ["subscribe"] = Array(topics) });

    /// <summary>Creates a 0.x token with any claim, signed with the key of the role.</summary>
    public static string Legacy(bool publisher, JsonNode? mercure, Action<JsonObject>? change = null) =>
        Legacy(publisher ? PublisherKey : SubscriberKey, mercure, change);

    /// <summary>Creates a 1.0 publisher token.</summary>
    public string CurrentPublisher(params string[] topics) => Current(true, Detail("publish", topics));

    /// <summary>Creates a 1.0 subscriber token.</summary>
    public string CurrentSubscriber(params string[] topics) => Current(false, Detail("subscribe", topics));

    /// <summary>Creates a 1.0 token with these details, modified by <paramref name="change"/>.</summary>
    public string Current(bool publisher, JsonNode details, Action<JsonObject, JsonObject>? change = null)
    {
        var header = new JsonObject { ["alg"] = "HS256", ["typ"] = "at+jwt" };
        var claims = new JsonObject
        {
            ["aud"] = Url,
            ["exp"] = Clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds(),
            ["authorization_details"] = details,
        };
        change?.Invoke(header, claims);
        return Sign(header, claims, publisher ? PublisherKey : SubscriberKey);
    }

    /// <summary>Creates one detail: exact topics, or URL patterns where a slash precedes a colon.</summary>
    public static JsonArray Detail(string action, params string[] topics) =>
    [
        new JsonObject
        {
            ["type"] = DetailType,
            ["actions"] = Array(action),
            ["topics"] = new JsonArray([.. topics.Select(static topic => (JsonNode)(topic.Contains("/:", StringComparison.Ordinal)
                ? new JsonObject { ["match"] = topic, ["match_type"] = "urlpattern" }
                : new JsonObject { ["match"] = topic }))]),
        },
    ];

    /// <summary>Creates a 0.x subscriber token of exactly this JSON.</summary>
    public static string SubscriberWith(string claims) => Sign("""{"alg":"HS256","typ":"JWT"}""", claims, SubscriberKey);

    public static string Sign(JsonObject header, JsonObject claims, byte[] key) => Sign(header.ToJsonString(), claims.ToJsonString(), key);

    private static string Sign(string header, string claims, byte[] key)
    {
        string signed = $"{TestIssuer.Encode(header)}.{TestIssuer.Encode(claims)}";
        return $"{signed}.{Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    public static (string Name, string Value) Bearer(string token) => ("Authorization", $"Bearer {token}");

    public static string Query(params (string Name, string Value)[] fields) =>
        "?" + string.Join('&', fields.Select(static field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}"));

    /// <summary>Publishes arbitrary fields.</summary>
    public Task<HttpResponseMessage> PostAsync(string? token, params (string Name, string Value)[] fields) =>
        Hub.PostAsync(Path, Query(fields)[1..], "application/x-www-form-urlencoded", token is null ? [] : [Bearer(token)]);

    /// <summary>Publishes with a token for every topic, and returns the id.</summary>
    public async Task<string> PublishAsync(string topic, string data, params (string Name, string Value)[] more)
    {
        using HttpResponseMessage response = await PostAsync(Publisher("*"), [("topic", topic), ("data", data), .. more]);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return body;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string pathAndQuery, string? token = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, pathAndQuery);
        foreach ((string name, string value) in token is null ? headers : [.. headers, Bearer(token)])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Requests a stream.</summary>
    public Task<HttpResponseMessage> GetAsync((string Name, string Value)[] query, string? token = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, Path + Query(query), token, headers);

    /// <summary>Opens a stream that the hub must accept, and waits for its start.</summary>
    public async Task<OpenStream> OpenAsync((string Name, string Value)[] query, string? token = null, params (string Name, string Value)[] headers)
    {
        HttpResponseMessage response = await GetAsync(query, token, headers);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {(response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync())}");
        OpenStream stream = await OpenStream.FromAsync(response);
        await stream.ReadUntilAsync("retry: ");
        return stream;
    }

    public Task<OpenStream> OpenAsync(string name, string value, string? token = null) => OpenAsync([(name, value)], token);

    /// <summary>Requests a stream and returns the status without reading the body.</summary>
    public async Task<int> StatusAsync((string Name, string Value)[] query, string? token = null, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await GetAsync(query, token, headers);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    private static string Legacy(byte[] key, JsonNode? mercure, Action<JsonObject>? change = null)
    {
        var claims = new JsonObject { ["mercure"] = mercure };
        change?.Invoke(claims);
        return Sign(new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT" }, claims, key);
    }

    private static JsonArray Array(params string[] texts) => [.. texts.Select(static text => (JsonNode)text)];
}
