using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Longwave.Server.Identity;
using Longwave.Terminals;

namespace Longwave.Tokens;

/// <summary>Tokens signed with a shared secret, and the secret itself.</summary>
internal static class DevelopmentToken
{
    /// <summary>Default issuer and audience of a token.</summary>
    public const string DefaultName = "longwave";

    private const int SecretBytes = 32;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates the secret and prints the configuration of a hub that accepts its tokens.</summary>
    public static int MakeKey(Terminal terminal, string file, TokenArguments wanted)
    {
        try
        {
            // Create the file with its final permissions: other users must not be able to read it at any time.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file, options);
            writer.WriteLine("base64:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            terminal.Say($"Cannot create the key: {exception.Message}");
            return ExitCode.Failed;
        }

        terminal.Say($"The secret is in {file}. A party that has it can create any token: keep it private, and use it only for development.");
        PrintConfiguration(terminal, new JsonObject
        {
            ["Issuers"] = new JsonArray(new JsonObject
            {
                ["Issuer"] = wanted.Issuer,
                ["Audiences"] = new JsonArray(wanted.Audience),
                ["Keys"] = new JsonArray(new JsonObject { ["File"] = file }),
            }),
        });
        return ExitCode.Done;
    }

    /// <summary>Prints a token.</summary>
    public static int Make(Terminal terminal, string keyFile, TokenArguments wanted)
    {
        DateTimeOffset now = terminal.Clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = wanted.Issuer,
            ["aud"] = wanted.Audience,
            ["sub"] = wanted.Subject,
            ["jti"] = Guid.NewGuid().ToString("n"),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + wanted.Lifetime).ToUnixTimeSeconds(),
            ["longwave"] = Grants(wanted),
        };
        try
        {
            terminal.Output.WriteLine(TokenSigner.Sign(claims.ToJsonString(), File.ReadAllText(keyFile), keyFile));
            return ExitCode.Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or KeyUnusableException)
        {
            terminal.Say(exception.Message);
            return ExitCode.Failed;
        }
    }

    /// <summary>Prints a section <c>Auth</c> for a configuration file.</summary>
    public static void PrintConfiguration(Terminal terminal, JsonObject auth) =>
        terminal.Output.WriteLine(new JsonObject { ["Auth"] = auth }.ToJsonString(Indented));

    /// <summary>Builds the claim <c>longwave</c>.</summary>
    private static JsonObject Grants(TokenArguments wanted)
    {
        var grants = new JsonObject();
        Add("publish", wanted.Publish);
        Add("subscribe", wanted.Subscribe);
        if (wanted.Admin)
        {
            grants["admin"] = true;
        }

        return grants;

        void Add(string name, IReadOnlyList<string> selectors)
        {
            if (selectors.Count > 0)
            {
                grants[name] = new JsonArray([.. selectors.Select(selector => Grant(selector, wanted.Types))]);
            }
        }
    }

    private static JsonNode Grant(string selector, IReadOnlyList<string> types) => types.Count == 0
        ? JsonValue.Create(selector)
        : new JsonObject { ["topic"] = selector, ["types"] = new JsonArray([.. types.Select(static type => (JsonNode)JsonValue.Create(type))]) };
}
