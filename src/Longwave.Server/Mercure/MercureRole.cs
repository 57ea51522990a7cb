namespace Longwave.Server.Mercure;

/// <summary>What a request wants to do: each role may have keys of its own.</summary>
internal enum MercureRole
{
    /// <summary>It publishes.</summary>
    Publisher,

    /// <summary>It subscribes, or looks at subscriptions.</summary>
    Subscriber,
}
