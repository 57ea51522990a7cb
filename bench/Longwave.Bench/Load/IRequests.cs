namespace Longwave.Bench.Load;

/// <summary>Makes the publish requests of one connection, each over the one before.</summary>
internal interface IRequests
{
    /// <summary>Events in each request.</summary>
    int Events { get; }

    /// <summary>The next request; valid until the one after it is asked for.</summary>
    ReadOnlyMemory<byte> Next();
}
