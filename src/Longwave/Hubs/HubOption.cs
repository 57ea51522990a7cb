using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;

namespace Longwave.Hubs;

/// <summary>Option <c>--hub URL</c> of every command that connects to a hub.</summary>
internal static class HubOption
{
    public static Option<HubAddress> Create() => new("--hub")
    {
        Description = $"URL of the hub (default: the environment variable {HubAddress.EnvironmentVariable}, else {HubAddress.Default}).",
        HelpName = "URL",
        CustomParser = Parse,
    };

    /// <summary>Resolves the hub's address: the option, else the environment, else the default.</summary>
    public static bool TryResolve(HubAddress? given, string? environment, [NotNullWhen(true)] out HubAddress? address, [NotNullWhen(false)] out string? error)
    {
        if (given is not null)
        {
            (address, error) = (given, null);
            return true;
        }

        if (HubAddress.TryParse(string.IsNullOrWhiteSpace(environment) ? HubAddress.Default : environment, out address, out error))
        {
            return true;
        }

        error = $"{HubAddress.EnvironmentVariable}: {error}";
        return false;
    }

    private static HubAddress? Parse(ArgumentResult result)
    {
        if (HubAddress.TryParse(result.Tokens[0].Value, out HubAddress? address, out string? error))
        {
            return address;
        }

        result.AddError($"--hub: {error}");
        return null;
    }
}
