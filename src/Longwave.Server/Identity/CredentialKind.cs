namespace Longwave.Server.Identity;

/// <summary>The ways in which a request can carry a credential.</summary>
internal enum CredentialKind
{
    /// <summary>No credential.</summary>
    None,

    /// <summary>A token or an API key in <c>Authorization: Bearer</c>.</summary>
    Header,

    /// <summary>A token in a cookie.</summary>
    Cookie,

    /// <summary>A ticket in the query.</summary>
    Ticket,

    /// <summary>A token in the query.</summary>
    Query,
}
