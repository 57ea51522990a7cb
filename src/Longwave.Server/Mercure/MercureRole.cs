namespace Longwave.Server.Mercure;

/// <summary>Role of a request; each role may have its own keys.</summary>
internal enum MercureRole
{
    /// <summary>The request publishes.</summary>
    Publisher,

    /// <summary>The request subscribes, or lists subscriptions.</summary>
    Subscriber,
}
