namespace Longwave.BlazorApp;

/// <summary>What a subscription has received since the last report.</summary>
/// <param name="State">State of the subscription.</param>
/// <param name="Data">Data of the events.</param>
/// <param name="End">How the subscription ended; null while it runs.</param>
internal sealed record Received(string State, string[] Data, string? End);
