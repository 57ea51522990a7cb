using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Longwave.Engine;
using Longwave.Protocol.Selectors;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Configuration;

/// <summary>Checks the whole tree of options at start: ranges, required values, and what must hold between two values.</summary>
/// <remarks>The framework's own data-annotation check looks at the outermost object only.</remarks>
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
        // A section that is null was reported above, and has no values to compare.
        if (options.Engine is not { Limits: not null, Policies: not null } engine || options.Server is not { } server)
        {
            return;
        }

        if (engine.RetryMin > engine.RetryMax)
        {
            failures.Add($"Engine:RetryMin: {engine.RetryMin} is longer than Engine:RetryMax, {engine.RetryMax}.");
        }

        if (server.RetryAfterMin > server.RetryAfterMax)
        {
            failures.Add($"Server:RetryAfterMin: {server.RetryAfterMin} is longer than Server:RetryAfterMax, {server.RetryAfterMax}.");
        }

        if (engine.Limits.MaxEventBytes > engine.Limits.MaxRequestBytes)
        {
            failures.Add(
                $"Engine:Limits:MaxEventBytes: {engine.Limits.MaxEventBytes} is more than Engine:Limits:MaxRequestBytes, {engine.Limits.MaxRequestBytes}.");
        }

        if (engine.Limits.MaxRequestBytes > engine.Limits.MaxQueuedBytes)
        {
            failures.Add(
                $"Engine:Limits:MaxRequestBytes: {engine.Limits.MaxRequestBytes} is more than Engine:Limits:MaxQueuedBytes, {engine.Limits.MaxQueuedBytes}: the largest request could never be taken.");
        }

        if (engine.Limits.MaxRequestBytes > server.MaxReceivingBytes)
        {
            failures.Add(
                $"Engine:Limits:MaxRequestBytes: {engine.Limits.MaxRequestBytes} is more than Server:MaxReceivingBytes, {server.MaxReceivingBytes}: the largest request could never be received.");
        }

        if (options.Auth is { Issuers: not null, ApiKeys: not null, Anonymous: { Publish: not null, Subscribe: not null } } auth
            && auth.Issuers.All(static issuer => issuer is { Audiences: not null, Keys: not null, Algorithms: not null } && issuer.Keys.All(static key => key is { Algorithms: not null }))
            && auth.ApiKeys.All(static key => key is { Publish: not null, Subscribe: not null }))
        {
            AuthCheck.Check(auth, failures);
        }

        for (int i = 0; i < engine.Policies.Count; i++)
        {
            CheckPolicy(i, engine.Policies[i], failures);
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
