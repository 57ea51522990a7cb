using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Longwave.Server.Tests.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Tests.Identity;

/// <summary>Tokens that must be rejected, sent to a hub with two issuers; each differs from a valid token in one respect.</summary>
public sealed class HostileTokenTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Grants = """{"publish":["*"],"subscribe":["*"]}""";

    private readonly TestIssuer _one = new("https://one.example");
    private readonly TestIssuer _two = new("https://two.example");
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartAsync(options =>
    {
        options.Auth.Issuers.Add(_one.Options());
        options.Auth.Issuers.Add(_two.Options("RS256"));

        // A public topic distinguishes a rejected token from anonymous access.
        options.Auth.Anonymous.Subscribe.Add(new() { Topic = "public" });
    });

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _one.Dispose();
        _two.Dispose();
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task Get_ValidToken_IsAccepted(string algorithm)
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_one.Token("alice", Grants, algorithm: algorithm)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_one.Token("alice", Grants, algorithm: algorithm, change: (header, _) => header.Remove("kid"))));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(_one.Token("alice", Grants, algorithm: algorithm, change: (header, _) => header["typ"] = "at+JWT")));
    }

    [Fact]
    public async Task Get_ConfusedAlgorithms_AreAllRejected()
    {
        var cases = new List<(string What, string Token)>();
        foreach (string none in (string[])["none", "None", "NONE", "nOnE", "noNE", "", " none"])
        {
            string unsigned = $"{TestIssuer.Encode($$"""{"alg":"{{none}}","typ":"JWT"}""")}.{Part(_one.Token("alice", Grants), 1)}.";
            cases.Add(($"alg {none}, no signature", unsigned));
            cases.Add(($"alg {none}, a signature", unsigned + Part(_one.Token("alice", Grants), 2)));
        }

        // HMAC with the public key as the secret, in every encoding of its bytes that an implementation might use.
        byte[][] publicBytes =
        [
            Encoding.UTF8.GetBytes(_one.RsaPem), Encoding.UTF8.GetBytes(_one.RsaPem + "\n"), _one.Rsa.ExportSubjectPublicKeyInfo(),
            _one.Rsa.ExportRSAPublicKey(), _one.Rsa.ExportParameters(false).Modulus!, Encoding.UTF8.GetBytes(_one.Ec.ExportSubjectPublicKeyInfoPem()),
        ];
        foreach (string algorithm in (string[])["HS256", "HS384", "HS512"])
        {
            foreach (string? kid in (string?[])["rsa", "ec", "secret", null])
            {
                cases.AddRange(publicBytes.Select((bytes, i) => ($"{algorithm} with public key {i}, kid {kid}", Hmac(algorithm, kid, bytes))));
            }
        }

        // Each algorithm with the key of another: the signature is made with that key, the header names another algorithm.
        foreach (string named in (string[])["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "ES256K"])
        {
            cases.AddRange(
                from signed in (string[])["HS256", "RS256", "PS256", "ES256"]
                where signed != named
                select ($"{named} signed as {signed}", Relabelled(named, signed)));
        }

        await AssertRefusedAsync(cases);
    }

    [Fact]
    public async Task Get_WrongHeadersAndClaims_AreAllRejected()
    {
        var cases = new List<(string What, string Token)>
        {
            Change("typ of another kind", (h, _) => h["typ"] = "dpop+jwt"),
            Change("typ that is no text", (h, _) => h["typ"] = 1),
            Change("typ JWE", (h, _) => h["typ"] = "JWE"),
            Change("crit", (h, _) => h["crit"] = new JsonArray("exp")),
            Change("crit, empty", (h, _) => h["crit"] = new JsonArray()),
            Change("b64 false", (h, _) => h["b64"] = false),
            Change("zip", (h, _) => h["zip"] = "DEF"),
            Change("enc", (h, _) => h["enc"] = "A256GCM"),
            Change("kid that is no text", (h, _) => h["kid"] = 7),
            Change("unknown kid", (h, _) => h["kid"] = "unknown"),
            Change("kid of another key", (h, _) => h["kid"] = "rsa"),
            Change("kid that is a path", (h, _) => h["kid"] = "../../../../dev/null"),
            Change("kid that is a query", (h, _) => h["kid"] = "secret' OR '1'='1"),
            Change("kid that is very long", (h, _) => h["kid"] = new string('k', 300)),
            Change("aud of another service", (_, c) => c["aud"] = "other"),
            Change("aud list without us", (_, c) => c["aud"] = new JsonArray("other", "longwave2")),
            Change("aud in another case", (_, c) => c["aud"] = "Longwave"),
            Change("aud missing", (_, c) => c.Remove("aud")),
            Change("aud a number", (_, c) => c["aud"] = 5),
            Change("iss unknown", (_, c) => c["iss"] = "https://evil.example"),
            Change("iss with a slash more", (_, c) => c["iss"] = _one.Name + "/"),
            Change("iss in another case", (_, c) => c["iss"] = _one.Name.ToUpperInvariant()),
            Change("iss missing", (_, c) => c.Remove("iss")),
            Change("iss of the other issuer", (_, c) => c["iss"] = _two.Name),
            Change("sub missing", (_, c) => c.Remove("sub")),
            Change("sub empty", (_, c) => c["sub"] = ""),
            Change("sub a number", (_, c) => c["sub"] = 1),
            Change("exp missing", (_, c) => c.Remove("exp")),
            Change("exp text", (_, c) => c["exp"] = "tomorrow"),
            Change("exp negative", (_, c) => c["exp"] = -1),
            Change("exp huge", (_, c) => c["exp"] = 1e300),
            Change("exp in ten years", (_, c) => c["exp"] = Now(TimeSpan.FromDays(3_650))),
            Change("expired", (_, c) => c["exp"] = Now(TimeSpan.FromSeconds(-30))),
            Change("expired long ago", (_, c) => c["exp"] = 1_000_000_000),
            Change("not valid yet", (_, c) => c["nbf"] = Now(TimeSpan.FromMinutes(5))),
            Change("nbf text", (_, c) => c["nbf"] = "x"),
            Change("issued in the future", (_, c) => c["iat"] = Now(TimeSpan.FromMinutes(5))),
            Change("jti a number", (_, c) => c["jti"] = 1),
            Change("grants a text", (_, c) => c["longwave"] = "*"),
            Change("grants with a word more", (_, c) => c["longwave"] = JsonNode.Parse("""{"subscribe":["*"],"everything":true}""")),
            Change("an invalid selector", (_, c) => c["longwave"] = JsonNode.Parse("""{"subscribe":["a{"]}""")),
            Change("types of none", (_, c) => c["longwave"] = JsonNode.Parse("""{"subscribe":[{"topic":"*","types":[]}]}""")),
            Change("admin a text", (_, c) => c["longwave"] = JsonNode.Parse("""{"subscribe":["*"],"admin":"yes"}""")),
            Change("too many grants", (_, c) => c["longwave"] = JsonNode.Parse($$"""{"subscribe":[{{string.Join(',', Enumerable.Repeat("\"a\"", 251))}}]}""")),
            ("the other issuer's key of the same kid", Foreign()),
            ("the other issuer's key, without kid", Foreign(header => header.Remove("kid"))),
        };
        cases.AddRange(Duplicates());
        await AssertRefusedAsync(cases);
    }

    [Fact]
    public async Task Get_TamperedOversizedOrEncryptedToken_IsRejected()
    {
        var cases = new List<(string What, string Token)>();
        string good = _one.Token("alice", Grants, algorithm: "ES256");
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            char[] changed = good.ToCharArray();
            int at = random.Next(changed.Length);

            // Some bits of the last character of a part are unused; every other change must invalidate the token.
            if (changed[at] == '.' || at == good.Length - 1 || good[at + 1] == '.')
            {
                continue;
            }

            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            cases.Add(($"letter {at} changed", new string(changed)));
        }

        cases.AddRange(Enumerable.Range(0, 40).Select(i => ($"cut at {i}", good[..(i * good.Length / 40)])).Where(static c => c.Item2.Length > 0));
        cases.Add(("claims of another token", $"{Part(good, 0)}.{Part(_one.Token("mallory", Grants, algorithm: "ES256"), 1)}.{Part(good, 2)}"));
        cases.Add(("signature of zeros", $"{Part(good, 0)}.{Part(good, 1)}.{Base64UrlEncoder.Encode(new byte[64])}"));
        cases.Add(("signature empty", $"{Part(good, 0)}.{Part(good, 1)}."));
        cases.Add(("padding", good + "="));
        cases.Add(("other alphabet", good.Replace('-', '+').Replace('_', '/') + "+"));
        cases.Add(("four parts", good + ".x"));
        cases.Add(("oversized", _one.Token("alice", Grants, change: (_, c) => c["filler"] = new string('x', 9_000))));
        cases.Add(("deep", _one.Sign($$"""{"alg":"HS256","x":{{new string('[', 1_000)}}{{new string(']', 1_000)}}}""", "{}", "HS256")));
        cases.Add(("claims that are an array", _one.Sign("""{"alg":"HS256"}""", "[1]", "HS256")));
        cases.Add(("claims and more", _one.Sign("""{"alg":"HS256","kid":"secret"}""", Claims() + "{}", "HS256")));

        // A JWE whose content is compressed a thousandfold: the hub must reject five parts without decoding them.
        foreach (string alg in (string[])["dir", "RSA-OAEP", "A256KW", "PBES2-HS256+A128KW"])
        {
            string header = TestIssuer.Encode($$"""{"alg":"{{alg}}","enc":"A256GCM","zip":"DEF","p2c":2147483647,"cty":"JWT"}""");
            cases.Add(($"JWE {alg}", $"{header}.{Random(32)}.{Random(12)}.{Random(4_000)}.{Random(16)}"));
        }

        await AssertRefusedAsync(cases);
    }

    private async Task AssertRefusedAsync(List<(string What, string Token)> cases)
    {
        var taken = new List<string>();
        foreach ((string what, string token) in cases)
        {
            // Public topics are rejected as well: an invalid token must not fall back to anonymous access.
            foreach (string topic in (string[])["public", "private"])
            {
                using HttpResponseMessage response = await _hub.GetAsync($"?topic={topic}", "application/json", ("Authorization", $"Bearer {token}"));
                if (response.StatusCode != HttpStatusCode.Unauthorized)
                {
                    taken.Add($"{what}: {response.StatusCode}");
                    continue;
                }

                Assert.Equal("Bearer error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString());
                await TestHub.AssertProblemAsync(response, 401, "invalid-token");
            }
        }

        output.WriteLine($"{cases.Count} tokens refused.");
        Assert.Empty(_hub.Logs.Lines);
        Assert.Empty(taken);
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using HttpResponseMessage response = await _hub.GetAsync("?topic=private", "application/json", ("Authorization", $"Bearer {token}"));
        return response.StatusCode;
    }

    private (string What, string Token) Change(string what, Action<JsonObject, JsonObject> change) => (what, _one.Token("alice", Grants, change: change));

    private string Relabelled(string named, string signed) =>
        _one.Token("alice", Grants, algorithm: signed, change: (header, _) => (header["alg"], header["kid"]) = (named, TestIssuer.Kid(signed)));

    private string Foreign(Action<JsonObject>? change = null) => _two.Token("alice", Grants, algorithm: "RS256", change: (header, claims) =>
    {
        claims["iss"] = _one.Name;
        change?.Invoke(header);
    });

    private IEnumerable<(string What, string Token)> Duplicates()
    {
        string claims = Claims();
        foreach (string twice in (string[])["\"sub\":\"root\"", "\"exp\":9999999999", "\"aud\":\"longwave\"", "\"iss\":\"https://two.example\"", "\"longwave\":{\"admin\":true}"])
        {
            yield return ($"{twice} twice", _one.Sign("""{"alg":"HS256","kid":"secret"}""", $"{claims[..^1]},{twice}}}", "HS256"));
        }

        yield return ("alg twice", _one.Sign("""{"alg":"none","alg":"HS256","kid":"secret"}""", claims, "HS256"));
    }

    private string Claims() => Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(Part(_one.Token("alice", Grants), 1)));

    private string Hmac(string algorithm, string? kid, byte[] key)
    {
        string header = TestIssuer.Encode(kid is null ? $$"""{"alg":"{{algorithm}}","typ":"JWT"}""" : $$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{kid}}"}""");
        string signed = $"{header}.{Part(_one.Token("alice", Grants), 1)}";
        byte[] bytes = Encoding.ASCII.GetBytes(signed);
        byte[] signature = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(key, bytes),
            "HS384" => HMACSHA384.HashData(key, bytes),
            _ => HMACSHA512.HashData(key, bytes),
        };
        return $"{signed}.{Base64UrlEncoder.Encode(signature)}";
    }

    private static double Now(TimeSpan more) => (TimeProvider.System.GetUtcNow() + more).ToUnixTimeSeconds();

    private static string Part(string token, int index) => token.Split('.')[index];

    private static string Random(int bytes) => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(bytes));
}
