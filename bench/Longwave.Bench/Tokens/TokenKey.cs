using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Longwave.Bench.Tokens;

/// <summary>A secret, the configuration of a hub that takes tokens of it, and such tokens.</summary>
internal sealed class TokenKey
{
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Writes key and configuration into a directory; returns the configuration's file.</summary>
    public string WriteConfiguration(string directory)
    {
        Directory.CreateDirectory(directory);
        string key = Path.Combine(directory, "bench.key");
        string file = Path.Combine(directory, "hub.json");
        File.WriteAllText(key, "base64:" + Convert.ToBase64String(_secret));
        File.WriteAllText(file, $$"""
            { "Auth": { "ClockSkew": "00:00:00", "Issuers": [{ "Issuer": "bench", "Audiences": ["bench"], "Keys": [{ "File": "{{key}}" }] }] } }
            """);
        return file;
    }

    /// <summary>A token that may do everything.</summary>
    public string Token(string subject, DateTimeOffset expires)
    {
        string claims = string.Create(CultureInfo.InvariantCulture, $$"""
            {"iss":"bench","aud":"bench","sub":"{{subject}}","iat":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}},
            "exp":{{expires.ToUnixTimeMilliseconds() / 1000.0:F3}},"longwave": {"publish":["*"],"subscribe":["*"],"admin":true} }
            """);
        string signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Encode(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
