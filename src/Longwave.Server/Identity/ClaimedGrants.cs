using Longwave.Engine.Access;

namespace Longwave.Server.Identity;

/// <summary>The rights that one claim of a token grants, already translated into grants of the engine.</summary>
internal class ClaimedGrants
{
    /// <summary>Where the token may publish.</summary>
    public IReadOnlyList<Grant> Publish { get; init; } = [];

    /// <summary>What the token may read.</summary>
    public IReadOnlyList<Grant> Subscribe { get; init; } = [];

    /// <summary>Whether the token may use the management endpoints.</summary>
    public bool IsAdmin { get; init; }
}
