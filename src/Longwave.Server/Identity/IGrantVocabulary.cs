using System.Text.Json;

namespace Longwave.Server.Identity;

/// <summary>
/// A vocabulary in which tokens grant rights: the hub's own claim, or those of another protocol. Registered as a service, so that
/// identity knows no protocol by name.
/// </summary>
internal interface IGrantVocabulary
{
    /// <summary>Whether a claim belongs to this vocabulary in a token with this header. Every other claim is ignored.</summary>
    bool Knows(string claim, TokenHeader header);

    /// <summary>Reads the claim. The reader is at its value before the call, and at the end of the value after it.</summary>
    /// <param name="reader">The claims of the token.</param>
    /// <param name="scope">The context outside the token that the meaning depends on.</param>
    /// <param name="grants">The rights; none when there is a problem.</param>
    /// <returns>The problem, as a clause that continues "the token …", or null.</returns>
    string? TryRead(ref Utf8JsonReader reader, TokenScope scope, out ClaimedGrants grants);
}
