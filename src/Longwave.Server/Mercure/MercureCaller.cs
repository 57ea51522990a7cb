using System.Diagnostics.CodeAnalysis;
using Longwave.Server.Http;
using Longwave.Server.Identity;

namespace Longwave.Server.Mercure;

/// <summary>Who a request is of, or why that can't be said; and in which dialect he is answered.</summary>
/// <param name="Dialect">The dialect.</param>
internal readonly record struct MercureCaller(Dialect Dialect)
{
    /// <summary>Who it is; null when there is a problem.</summary>
    public Caller? Caller { get; init; }

    /// <summary>Why it is refused, or null.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Whether the token stood in the address, and so in the logs and histories of whoever sees addresses.</summary>
    public bool ByQuery { get; init; }

    /// <summary>The caller, when there is one.</summary>
    public bool TryGet([NotNullWhen(true)] out Caller? caller, [NotNullWhen(false)] out Problem? problem)
    {
        (caller, problem) = (Caller, Problem);
        return caller is not null;
    }
}
