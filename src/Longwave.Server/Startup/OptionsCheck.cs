using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Longwave.Engine.Configuration;
using Longwave.Protocol.Selectors;
using Longwave.Server.Browsers;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Startup;

/// <summary>Checks the whole tree of options at start: ranges, required values, and relations between values.</summary>
/// <remarks>The framework's own data-annotation check covers only the outermost object.</remarks>
internal sealed class OptionsCheck : IValidateOptions<LongwaveOptions>
{
    public ValidateOptionsResult Validate(string? name, LongwaveOptions options)
    {
        var failures = new List<string>();
        CheckTree("", options, failures);
        CheckRelations(options, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckTree(string path, object instance, List<string> failures)
    {
        var results = new List<ValidationResult>();
        if (!Validator.TryValidateObject(instance, new ValidationContext(instance), results, validateAllProperties: true))
        {
            failures.AddRange(results.Select(r => $"{path}{string.Join(", ", r.MemberNames)}: {r.ErrorMessage}"));
        }

        foreach (PropertyInfo property in instance.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? value = property.GetValue(instance);
            if (value is null)
            {
                if (OptionTree.IsSection(property.PropertyType) || OptionTree.ItemType(property.PropertyType) is not null)
                {
                    failures.Add($"{path}{property.Name}: must not be null.");
                }
            }
            else if (OptionTree.IsSection(property.PropertyType))
            {
                CheckTree($"{path}{property.Name}:", value, failures);
            }
            else if (OptionTree.ItemType(property.PropertyType) is Type item && OptionTree.IsSection(item))
            {
                int index = 0;
                foreach (object entry in (IEnumerable)value)
                {
                    CheckTree($"{path}{property.Name}:{index++}:", entry, failures);
                }
            }
        }
    }

    private static void CheckRelations(LongwaveOptions options, List<string> failures)
    {
        // A null section is reported above and has no values to compare.
        if (options.Engine is not { Limits: not null, Policies: not null } engine || options.Server is not { } server)
        {
            return;
        }

        failures.AddRange(OptionPair.All.Select(pair => pair.Check(options)).OfType<string>());
        if (options.Auth is { Issuers: not null, ApiKeys: not null, Anonymous: { Publish: not null, Subscribe: not null } } auth
            && auth.Issuers.All(static issuer => issuer is { Audiences: not null, Keys: not null, Algorithms: not null } && issuer.Keys.All(static key => key is { Algorithms: not null }))
            && auth.ApiKeys.All(static key => key is { Publish: not null, Subscribe: not null }))
        {
            AuthCheck.Check(auth, failures);
        }

        if (options.Mercure is { Publisher: { Keys: not null, Algorithms: not null }, Subscriber: { Keys: not null, Algorithms: not null }, PublishOrigins: not null } mercure)
        {
            MercureCheck.Check(mercure, server, failures);
        }

        CheckLists(server, failures);
        for (int i = 0; i < engine.Policies.Count; i++)
        {
            CheckPolicy(i, engine.Policies[i], failures);
        }
    }

    private static void CheckLists(ServerOptions server, List<string> failures)
    {
        CheckList(
            "AllowedOrigins", server.AllowedOrigins, static text => text is "*" || AllowedOrigin.TryParse(text, out _), "an origin such as https://app.example.com, https://*.example.com, capacitor://localhost or vscode-webview://*", failures);
        CheckList("AllowedHosts", server.AllowedHosts, static text => AllowedHost.TryParse(text, out _), "a host such as hub.example.com", failures);
        CheckList("TrustedProxies", server.TrustedProxies, static text => ClientAddresses.TryReadNetwork(text, out _), "a network such as 10.0.0.0/8", failures);
        if (server.AllowedOrigins is { Count: > 1 } origins && origins.Contains("*"))
        {
            failures.Add("Server:AllowedOrigins: `*` allows every page, without cookies, and must be the only entry.");
        }
    }

    private static void CheckList(string key, IList<string>? entries, Predicate<string> isValid, string example, List<string> failures)
    {
        for (int i = 0; i < (entries?.Count ?? 0); i++)
        {
            if (!isValid(entries![i]))
            {
                failures.Add($"Server:{key}:{i}: `{entries[i]}` is not {example}.");
            }
        }
    }

    private static void CheckPolicy(int index, TopicPolicy policy, List<string> failures)
    {
        if (policy.Selector is { } text && !Selector.TryParse(text, out _, out string? error))
        {
            failures.Add($"Engine:Policies:{index}:Selector: `{text}` is not a selector: {error}");
        }

        if (policy.MaxAge < TimeSpan.Zero)
        {
            failures.Add($"Engine:Policies:{index}:MaxAge: must not be negative.");
        }
    }
}
