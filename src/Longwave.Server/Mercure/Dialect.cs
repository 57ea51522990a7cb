namespace Longwave.Server.Mercure;

/// <summary>The two versions of the Mercure protocol, which share one URL.</summary>
internal enum Dialect
{
    /// <summary>0.x (draft 7): <c>topic</c> parameters with URI templates, the claim <c>mercure</c>.</summary>
    Legacy,

    /// <summary>1.0 (draft 8): <c>match</c> parameters, access tokens with <c>authorization_details</c>.</summary>
    Current,
}
