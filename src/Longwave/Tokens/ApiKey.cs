using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Longwave.Terminals;

namespace Longwave.Tokens;

/// <summary>API key of a service: <c>lwk_NAME_SECRET</c>. The hub's configuration contains only its hash.</summary>
internal static class ApiKey
{
    private const int SecretBytes = 32;
    private const int MaxNameLength = 64;

    /// <summary>Whether the name is valid for a key.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>Creates a key, prints it once, and prints the configuration for the hub.</summary>
    public static int Make(Terminal terminal, string name, TokenArguments wanted)
    {
        string key = $"lwk_{name}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
        var entry = new JsonObject
        {
            ["Id"] = name,
            ["Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
        };
        if (wanted.Subject.Length > 0)
        {
            entry["Subject"] = wanted.Subject;
        }

        Add(entry, "Publish", wanted.Publish, wanted.Types);
        Add(entry, "Subscribe", wanted.Subscribe, wanted.Types);
        if (wanted.Admin)
        {
            entry["Admin"] = true;
        }

        DevelopmentToken.PrintConfiguration(terminal, new JsonObject { ["ApiKeys"] = new JsonArray(entry) });
        terminal.Say("The API key; it is not shown again. The service sends it as `Authorization: Bearer KEY`:");
        terminal.Error.WriteLine(key);
        return ExitCode.Done;
    }

    private static void Add(JsonObject entry, string name, IReadOnlyList<string> selectors, IReadOnlyList<string> types)
    {
        if (selectors.Count > 0)
        {
            entry[name] = new JsonArray([.. selectors.Select(selector => (JsonNode)Grant(selector, types))]);
        }
    }

    private static JsonObject Grant(string selector, IReadOnlyList<string> types)
    {
        var grant = new JsonObject { ["Topic"] = selector };
        if (types.Count > 0)
        {
            grant["Types"] = new JsonArray([.. types.Select(static type => (JsonNode)JsonValue.Create(type))]);
        }

        return grant;
    }
}
