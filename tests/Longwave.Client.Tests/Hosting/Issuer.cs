using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Longwave.Server.Configuration;

namespace Longwave.Client.Tests.Hosting;

/// <summary>Issues tokens as an identity provider does.</summary>
internal sealed class Issuer : IDisposable
{
    private const string Name = "https://issuer.example";
    private const string Audience = "longwave";

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly string _file = Path.GetTempFileName();

    /// <summary>Configures a hub to accept these tokens and to reject every other request.</summary>
    public void Configure(LongwaveOptions options)
    {
        File.WriteAllText(_file, "base64:" + Convert.ToBase64String(_secret));
        options.Auth.ClockSkew = TimeSpan.Zero;
        options.Auth.Issuers.Add(new IssuerOptions { Issuer = Name, Audiences = [Audience], Keys = [new KeyOptions { File = _file }] });
    }

    /// <summary>Creates a token.</summary>
    /// <param name="subject">Subject of the token.</param>
    /// <param name="grants">The claim <c>longwave</c>.</param>
    /// <param name="lifetime">Lifetime of the token.</param>
    public string Token(string subject, string grants, TimeSpan lifetime)
    {
        double now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        string claims = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"iss":"{{Name}}","aud":"{{Audience}}","sub":"{{subject}}","jti":"{{Guid.NewGuid():n}}","iat":{{now}},"exp":{{now + lifetime.TotalSeconds}},"longwave":{{grants}}}""");
        string signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    public void Dispose() => File.Delete(_file);

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
