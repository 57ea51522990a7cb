using System.Security.Cryptography;
using System.Text;
using Longwave.Server.Configuration;

namespace Longwave.Server.Tests.Mercure;

/// <summary>An API key with all permissions, for the native API.</summary>
internal static class NativeKey
{
    public const string Text = "lwk_native_0123456789abcdef0123456789abcdef";

    public static ApiKeyOptions Options() => new()
    {
        Id = "native",
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text))),
        Publish = { new() { Topic = "*" } },
        Subscribe = { new() { Topic = "*" } },
    };
}
