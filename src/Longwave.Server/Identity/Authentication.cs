using System.Diagnostics.CodeAnalysis;
using Longwave.Server.Http;

namespace Longwave.Server.Identity;

/// <summary>Who a request is of, or why that can't be said.</summary>
internal readonly record struct Authentication
{
    public Authentication(Caller caller) => Caller = caller;

    public Authentication(Problem problem) => Problem = problem;

    /// <summary>Who it is; null when there is a problem.</summary>
    public Caller? Caller { get; }

    /// <summary>Why it is refused, or null.</summary>
    public Problem? Problem { get; }

    /// <summary>The caller, when there is one.</summary>
    public bool TryGet([NotNullWhen(true)] out Caller? caller, [NotNullWhen(false)] out Problem? problem)
    {
        (caller, problem) = (Caller, Problem);
        return caller is not null;
    }
}
