using System.Diagnostics.CodeAnalysis;
using Longwave.Server.Http;

namespace Longwave.Server.Identity;

/// <summary>Result of authentication: the caller, or the problem.</summary>
internal readonly record struct Authentication
{
    public Authentication(Caller caller) => Caller = caller;

    public Authentication(Problem problem) => Problem = problem;

    /// <summary>The caller; null when there is a problem.</summary>
    public Caller? Caller { get; }

    /// <summary>The rejection, or null.</summary>
    public Problem? Problem { get; }

    /// <summary>Returns the problem, or null and the caller.</summary>
    public bool TryGet([NotNullWhen(true)] out Caller? caller, [NotNullWhen(false)] out Problem? problem)
    {
        (caller, problem) = (Caller, Problem);
        return caller is not null;
    }
}
