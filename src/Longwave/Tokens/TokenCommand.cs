using System.CommandLine;
using System.CommandLine.Parsing;
using Longwave.Arguments;
using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;
using Longwave.Terminals;

namespace Longwave.Tokens;

/// <summary>Command <c>longwave token</c>: creates keys and tokens for development, and API keys for services.</summary>
internal static class TokenCommand
{
    /// <summary>Default lifetime of a token.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = """
        Examples:
          longwave token --new-key dev.key > hub.json      # a secret, and the configuration of a hub that accepts its tokens
          longwave serve --config hub.json
          longwave token --key dev.key --subject alice --subscribe 'prices/{symbol}' --publish notes
          longwave token --key dev.key --subject root --publish '*' --subscribe '*' --admin --lifetime 8h
          export LONGWAVE_TOKEN=$(longwave token --key dev.key --subject me --publish '*' --subscribe '*')
          longwave token --api-key billing --publish invoices/{id}

        Standard output contains only the token. Tokens signed with a shared secret are for development: a party that can
        verify such tokens can also create them. In production, an identity provider issues tokens (Auth:Issuers, Discovery
        or JwksUrl).

        publish, tail and demo send the token in the environment variable LONGWAVE_TOKEN, or in the file that
        LONGWAVE_TOKEN_FILE names.

        Exit codes: 0 done; 1 a file cannot be read or written, or is not a key; 2 invalid command line.
        """;

    public static Command Create(Terminal terminal)
    {
        var newKey = new Option<FileInfo?>("--new-key") { Description = "Create a secret in this new file, and print the configuration of a hub that accepts tokens signed with it.", HelpName = "FILE" };
        var apiKey = new Option<string?>("--api-key") { Description = "Create an API key with this name; prints the key on standard error and the configuration with its hash on standard output.", HelpName = "NAME" };
        var key = new Option<FileInfo?>("--key") { Description = "File with the secret that signs the token.", HelpName = "FILE" };
        var subject = new Option<string?>("--subject") { Description = "Subject of the token (`sub`).", HelpName = "NAME" };
        Option<string[]> publish = SelectorsOption("--publish", "Topics that the caller may publish to: a topic, '*', a glob or a URI template; can be repeated.");
        Option<string[]> subscribe = SelectorsOption("--subscribe", "Topics that the caller may read; can be repeated.");
        var type = new Option<string[]>("--type") { Description = "Limit all grants to events of this type; can be repeated.", HelpName = "TYPE" };
        var admin = new Option<bool>("--admin") { Description = "Allow the caller to list and close streams of other callers, and to revoke tokens." };
        var lifetime = new Option<TimeSpan>("--lifetime") { Description = "Lifetime of the token (default: 1h).", HelpName = "TIME", CustomParser = Duration.ParseOption };
        var issuer = new Option<string>("--issuer") { Description = "Issuer of the token (`iss`).", HelpName = "NAME", DefaultValueFactory = static _ => DevelopmentToken.DefaultName };
        var audience = new Option<string>("--audience") { Description = "Audience of the token (`aud`).", HelpName = "NAME", DefaultValueFactory = static _ => DevelopmentToken.DefaultName };
        type.Validators.Add(CheckTypes);

        var command = new Command("token", "Create a token for development, or an API key for a service.")
        {
            newKey, apiKey, key, subject, publish, subscribe, type, admin, lifetime, issuer, audience,
        };
        command.Validators.Add(result => CheckTogether(
            result, result.GetValue(newKey), result.GetValue(apiKey), result.GetValue(key), result.GetValue(subject)));
        command.SetAction(parsed =>
        {
            TimeSpan given = parsed.GetValue(lifetime);
            var wanted = new TokenArguments
            {
                Subject = parsed.GetValue(subject) ?? "",
                Publish = parsed.GetValue(publish) ?? [],
                Subscribe = parsed.GetValue(subscribe) ?? [],
                Types = parsed.GetValue(type) ?? [],
                Admin = parsed.GetValue(admin),
                Lifetime = given == TimeSpan.Zero ? DefaultLifetime : given,
                Issuer = parsed.GetValue(issuer)!,
                Audience = parsed.GetValue(audience)!,
            };
            return parsed.GetValue(newKey) is { } made ? DevelopmentToken.MakeKey(terminal, made.FullName, wanted)
                : parsed.GetValue(apiKey) is { } name ? ApiKey.Make(terminal, name, wanted)
                : DevelopmentToken.Make(terminal, parsed.GetValue(key)!.FullName, wanted);
        });
        return command;
    }

    private static Option<string[]> SelectorsOption(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "SELECTOR" };
        option.Validators.Add(static result =>
        {
            foreach (string text in result.Tokens.Select(static token => token.Value))
            {
                if (!Selector.TryParse(text, out _, out string? error))
                {
                    result.AddError($"'{text}': {error}");
                }
            }
        });
        return option;
    }

    private static void CheckTypes(OptionResult result)
    {
        foreach (EventProblem problem in result.Tokens.Select(static token => EventRules.CheckType(token.Value)).OfType<EventProblem>())
        {
            result.AddError($"--type: {problem.Detail}");
        }
    }

    private static void CheckTogether(CommandResult result, FileInfo? newKey, string? apiKey, FileInfo? key, string? subject)
    {
        int ways = (newKey is null ? 0 : 1) + (apiKey is null ? 0 : 1) + (key is null ? 0 : 1);
        if (ways != 1)
        {
            result.AddError("Use exactly one of --key FILE (create a token), --new-key FILE (create a secret) and --api-key NAME (create an API key).");
        }
        else if (key is not null && string.IsNullOrEmpty(subject))
        {
            result.AddError("The subject of the token is missing: --subject NAME.");
        }

        if (apiKey is not null && !ApiKey.IsName(apiKey))
        {
            result.AddError($"'{apiKey}' is not a key name: use at most 64 letters, digits and hyphens.");
        }
    }
}
