using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Longwave.Server.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Longwave.Server.Tests.Identity;

/// <summary>Signs tokens byte by byte, also invalid ones that no library would create.</summary>
public sealed class TestIssuer : IDisposable
{
    public const string Audience = "longwave";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("longwave-issuer-");

    public TestIssuer(string name = "https://issuer.example")
    {
        Name = name;
        Secret = RandomNumberGenerator.GetBytes(64);
    }

    public string Name { get; }

    /// <summary>Time of issue.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public byte[] Secret { get; }

    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string RsaPem => Rsa.ExportSubjectPublicKeyInfoPem();

    /// <summary>Options that accept this issuer's tokens.</summary>
    /// <param name="algorithms">Algorithms whose keys are included; empty for all three keys.</param>
    public IssuerOptions Options(params string[] algorithms)
    {
        var options = new IssuerOptions { Issuer = Name, Audiences = [Audience] };
        Add("HS256", "secret", "base64:" + Convert.ToBase64String(Secret[..32]));
        Add("RS256", "rsa", RsaPem);
        Add("ES256", "ec", Ec.ExportSubjectPublicKeyInfoPem());
        return options;

        void Add(string algorithm, string kid, string text)
        {
            if (algorithms.Length == 0 || algorithms.Contains(algorithm))
            {
                string file = Path.Combine(_directory.FullName, $"{kid}.key");
                File.WriteAllText(file, text);
                options.Keys.Add(new KeyOptions { File = file, Kid = kid });
            }
        }
    }

    /// <summary>A valid token, modified by <paramref name="change"/> to its header and claims.</summary>
    public string Token(string subject, string? grants = null, TimeSpan? lifetime = null, string algorithm = "HS256", Action<JsonObject, JsonObject>? change = null)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = Kid(algorithm) };
        var claims = new JsonObject
        {
            ["iss"] = Name,
            ["aud"] = Audience,
            ["sub"] = subject,
            ["jti"] = Guid.NewGuid().ToString("n"),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + (lifetime ?? TimeSpan.FromHours(1))).ToUnixTimeMilliseconds() / 1000.0,
        };
        if (grants is not null)
        {
            claims["longwave"] = JsonNode.Parse(grants);
        }

        change?.Invoke(header, claims);
        return Sign(header.ToJsonString(), claims.ToJsonString(), algorithm);
    }

    /// <summary>Joins and signs arbitrary header and claim texts.</summary>
    public string Sign(string header, string claims, string algorithm)
    {
        string signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64UrlEncoder.Encode(Signature(Encoding.ASCII.GetBytes(signed), algorithm))}";
    }

    public static string Encode(string text) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(text));

    public static string Kid(string algorithm) => algorithm[..2] switch { "RS" or "PS" => "rsa", "ES" => "ec", _ => "secret" };

    public void Dispose()
    {
        Rsa.Dispose();
        Ec.Dispose();
        _directory.Delete(recursive: true);
    }

    private byte[] Signature(byte[] signed, string algorithm) => algorithm switch
    {
        "HS256" => HMACSHA256.HashData(Secret.AsSpan(0, 32), signed),
        "HS512" => HMACSHA512.HashData(Secret, signed),
        "RS256" => Rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "PS256" => Rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "ES256" => Ec.SignData(signed, HashAlgorithmName.SHA256),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, null),
    };
}
