using Longwave.Server.Admission;

namespace Longwave.Server.Identity;

/// <summary>What a ticket is bound to by its first use.</summary>
/// <param name="Address">Address of the client.</param>
/// <param name="Query">The query without the position, which differs between the connections of one stream.</param>
internal readonly record struct TicketUse(AddressKey Address, string Query)
{
    /// <summary>Parameters that differ between the connections of one stream: the position, and the random number of a client that avoids caches.</summary>
    private static readonly string[] Varying = ["last_event_id=", "lastEventId=", "_="];

    /// <summary>The use by a request.</summary>
    /// <param name="address">Address of the client.</param>
    /// <param name="query">The query with the question mark, or null.</param>
    public static TicketUse Of(AddressKey address, string? query) => new(address, string.Join('&', (query ?? "").TrimStart('?').Split('&')
        .Where(static part => !Array.Exists(Varying, name => part.StartsWith(name, StringComparison.Ordinal)))));
}
