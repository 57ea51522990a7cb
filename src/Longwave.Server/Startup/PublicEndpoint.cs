namespace Longwave.Server.Startup;

/// <summary>Metadata of endpoints that give no access to events: health, preflights, the metadata of the protocol. They need no authorization.</summary>
internal sealed class PublicEndpoint
{
    public static readonly PublicEndpoint Instance = new();

    private PublicEndpoint()
    {
    }
}
