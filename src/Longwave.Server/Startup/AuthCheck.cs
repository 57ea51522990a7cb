using Longwave.Protocol.Events;
using Longwave.Protocol.Selectors;
using Longwave.Server.Configuration;
using Longwave.Server.Identity;

namespace Longwave.Server.Startup;

/// <summary>Checks the section <c>Auth</c> at start: a missing or contradictory setting there is a vulnerability.</summary>
internal static class AuthCheck
{
    public static void Check(AuthOptions auth, List<string> failures)
    {
        for (int i = 0; i < auth.Issuers.Count; i++)
        {
            CheckIssuer($"Auth:Issuers:{i}", auth.Issuers[i], failures);
        }

        CheckUnique("Auth:Issuers", "issuer", auth.Issuers.Select(static issuer => issuer.Issuer), failures);
        CheckUnique("Auth:ApiKeys", "key", auth.ApiKeys.Select(static key => key.Id), failures);
        for (int i = 0; i < auth.ApiKeys.Count; i++)
        {
            CheckGrants($"Auth:ApiKeys:{i}:Publish", auth.ApiKeys[i].Publish, failures);
            CheckGrants($"Auth:ApiKeys:{i}:Subscribe", auth.ApiKeys[i].Subscribe, failures);
        }

        CheckGrants("Auth:Anonymous:Publish", auth.Anonymous.Publish, failures);
        CheckGrants("Auth:Anonymous:Subscribe", auth.Anonymous.Subscribe, failures);
    }

    private static void CheckIssuer(string path, IssuerOptions issuer, List<string> failures)
    {
        if (issuer.Issuer == AuthOptions.UserIssuer)
        {
            failures.Add($"{path}:Issuer: `{AuthOptions.UserIssuer}` is the issuer of the application's users; use another name.");
        }

        if (issuer.Audiences.Count == 0)
        {
            failures.Add($"{path}:Audiences: name the audience of its tokens; without it, the hub would accept tokens for other services.");
        }

        if (!issuer.Discovery && issuer.JwksUrl is null && issuer.JwksFile is null && issuer.Keys.Count == 0)
        {
            failures.Add($"{path}: set the source of its keys: Discovery, JwksUrl, JwksFile or Keys.");
        }

        if (issuer.Discovery && !KeyFetcher.IsSafe(issuer.Issuer))
        {
            failures.Add($"{path}:Discovery: requires an issuer with an https URL (http only on loopback).");
        }

        if (issuer.JwksUrl is { } url && !KeyFetcher.IsSafe(url))
        {
            failures.Add($"{path}:JwksUrl: must be an https URL (http only on loopback).");
        }

        CheckAlgorithms($"{path}:Algorithms", issuer.Algorithms, failures);
        for (int i = 0; i < issuer.Keys.Count; i++)
        {
            CheckKey($"{path}:Keys:{i}", issuer.Keys[i], failures);
        }
    }

    public static void CheckKey(string path, KeyOptions key, List<string> failures)
    {
        CheckAlgorithms($"{path}:Algorithms", key.Algorithms, failures);
        if (key.File is null == key.Variable is null)
        {
            failures.Add($"{path}: set either File or Variable.");
        }
    }

    public static void CheckAlgorithms(string path, IEnumerable<string> algorithms, List<string> failures)
    {
        foreach (string unknown in algorithms.Where(static algorithm => !SigningAlgorithms.All.Contains(algorithm)))
        {
            failures.Add($"{path}: `{unknown}` is not one of {string.Join(", ", SigningAlgorithms.All)}.");
        }
    }

    private static void CheckGrants(string path, IList<GrantOptions> grants, List<string> failures)
    {
        for (int i = 0; i < grants.Count; i++)
        {
            if (!Selector.TryParse(grants[i].Topic ?? "", out _, out string? error))
            {
                failures.Add($"{path}:{i}:Topic: `{grants[i].Topic}` is not a selector: {error}");
            }

            failures.AddRange(grants[i].Types.Select(static type => EventRules.CheckType(type)).OfType<EventProblem>().Select(problem => $"{path}:{i}:Types: {problem.Detail}"));
        }
    }

    private static void CheckUnique(string path, string what, IEnumerable<string> names, List<string> failures) =>
        failures.AddRange(names.GroupBy(static name => name, StringComparer.Ordinal).Where(static group => group.Count() > 1)
            .Select(group => $"{path}: the {what} `{group.Key}` is configured more than once."));
}
