using Longwave.Server.Configuration;

namespace Longwave.Server.Browsers;

/// <summary>Whose page a request comes from.</summary>
internal enum OriginTrust
{
    /// <summary>No page's: the request names no origin (a program, a page of the hub itself that reads, an address typed in).</summary>
    None,

    /// <summary>A page at the address of the hub.</summary>
    Own,

    /// <summary>A page that <see cref="ServerOptions.AllowedOrigins"/> names; it may send cookies.</summary>
    Listed,

    /// <summary>Any page, because <see cref="ServerOptions.AllowedOrigins"/> is <c>*</c>; nothing that the browser adds by itself counts.</summary>
    Anyone,

    /// <summary>A page that has no business here.</summary>
    Foreign,
}
