using Longwave.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Admission;

/// <summary>What one request at an endpoint costs its address and its subject; metadata of every endpoint.</summary>
internal sealed class EndpointCost
{
    /// <summary>No cost: a health probe must succeed even while the hub rejects other requests, and it is cheap.</summary>
    public static readonly EndpointCost Free = new(0);

    /// <summary>The endpoint counts streams, events and bytes itself.</summary>
    public static readonly EndpointCost ByContent = new(0);

    /// <summary>A small answer from memory.</summary>
    public static readonly EndpointCost Small = new(1);

    /// <summary>A token is verified for the stream that it renews, or a ticket is kept in memory.</summary>
    public static readonly EndpointCost Token = new(5);

    /// <summary>A page of a list, or a visit of all streams.</summary>
    public static readonly EndpointCost List = new(ClientLimits.LargestRequestCost);

    private EndpointCost(int requests) => Requests = requests;

    /// <summary>Number of requests that one request counts as, within <see cref="ClientLimits.RequestsPerSecond"/>.</summary>
    public int Requests { get; }

    /// <summary>The cost of the endpoint of a request.</summary>
    public static EndpointCost Of(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<EndpointCost>() ?? throw new InvalidOperationException("The endpoint was mapped without its cost.");
}
