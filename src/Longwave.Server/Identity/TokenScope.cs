namespace Longwave.Server.Identity;

/// <summary>The context outside a token that the meaning of its claims depends on.</summary>
/// <param name="MaxGrants">Limit of grants of one kind.</param>
/// <param name="HubUrl">URL of the hub (<c>…/.well-known/mercure</c>), the base of relative URL patterns.</param>
internal readonly record struct TokenScope(int MaxGrants, string HubUrl);
