using Longwave.Server.Configuration;

namespace Longwave.Server.Browsers;

/// <summary>Trust in the page that a request comes from.</summary>
internal enum OriginTrust
{
    /// <summary>No origin: a program, a read by a page of the hub itself, or a typed URL.</summary>
    None,

    /// <summary>A page of the hub's own origin.</summary>
    Own,

    /// <summary>A page of an origin in <see cref="ServerOptions.AllowedOrigins"/>; it may send cookies.</summary>
    Listed,

    /// <summary>Any page, because <see cref="ServerOptions.AllowedOrigins"/> is <c>*</c>; the hub ignores its cookies.</summary>
    Anyone,

    /// <summary>A page of an origin that is not allowed.</summary>
    Foreign,
}
