using System.Diagnostics.CodeAnalysis;
using Longwave.Server.Http;
using Longwave.Server.Identity;

namespace Longwave.Server.Mercure;

/// <summary>Result of authentication: the caller or the problem, and the dialect of the answer.</summary>
/// <param name="Dialect">The dialect.</param>
internal readonly record struct MercureCaller(Dialect Dialect)
{
    /// <summary>The caller; null when there is a problem.</summary>
    public Caller? Caller { get; init; }

    /// <summary>The rejection, or null.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Whether the token was in the URL, and so may be in logs and browser histories.</summary>
    public bool ByQuery { get; init; }

    /// <summary>Returns the problem, or null and the caller.</summary>
    public bool TryGet([NotNullWhen(true)] out Caller? caller, [NotNullWhen(false)] out Problem? problem)
    {
        (caller, problem) = (Caller, Problem);
        return caller is not null;
    }
}
