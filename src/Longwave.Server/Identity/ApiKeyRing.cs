using System.Security.Cryptography;
using System.Text;
using Longwave.Engine.Access;
using Longwave.Server.Configuration;
using Longwave.Server.Http;

namespace Longwave.Server.Identity;

/// <summary>The API keys of services: <c>lwk_NAME_SECRET</c>. The hub knows only their hashes, and compares them in constant time.</summary>
internal sealed class ApiKeyRing
{
    /// <summary>Prefix of every API key; a token (JWT) cannot begin with it.</summary>
    public const string Prefix = "lwk_";

    private const int MaxLength = 256;

    /// <summary>Hash to compare with when the name is unknown, so that the time does not reveal which names exist.</summary>
    private static readonly byte[] UnknownKeyHash = new byte[SHA256.HashSizeInBytes];

    private readonly Dictionary<string, (byte[] Hash, Caller Caller)> _keys = new(StringComparer.Ordinal);

    /// <summary>Reads the keys from checked options.</summary>
    public ApiKeyRing(IEnumerable<ApiKeyOptions> keys, GrantSet publicGrants)
    {
        foreach (ApiKeyOptions key in keys)
        {
            var grants = new GrantSet { Publish = GrantOptions.Read(key.Publish), Subscribe = GrantOptions.Read(key.Subscribe), IsAdmin = key.Admin };
            string subject = string.IsNullOrEmpty(key.Subject) ? key.Id : key.Subject;
            _keys.Add(key.Id, (Convert.FromHexString(key.Sha256), new Caller("", subject, grants, publicGrants)));
        }
    }

    /// <summary>Whether a secret is an API key rather than a token.</summary>
    public static bool IsKey(string secret) => secret.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Returns the caller of the key, or the rejection.</summary>
    public Authentication Find(string key)
    {
        int end = key.IndexOf('_', Prefix.Length);
        bool known = _keys.TryGetValue(end < 0 || key.Length > MaxLength ? "" : key[Prefix.Length..end], out (byte[] Hash, Caller Caller) found);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key.Length > MaxLength ? "" : key), hash);
        return CryptographicOperations.FixedTimeEquals(hash, known ? found.Hash : UnknownKeyHash) && known
            ? new Authentication(found.Caller)
            : new Authentication(new Problem(ProblemTypes.InvalidToken, "The hub does not know this API key."));
    }
}
