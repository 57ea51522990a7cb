namespace Longwave.Server.Identity;

/// <summary>What the meaning of a token's claims depends on beside the token.</summary>
/// <param name="MaxGrants">Most grants of one kind.</param>
/// <param name="HubUrl">Address of the hub (<c>…/.well-known/mercure</c>), against which relative URL patterns are resolved.</param>
internal readonly record struct TokenScope(int MaxGrants, string HubUrl);
