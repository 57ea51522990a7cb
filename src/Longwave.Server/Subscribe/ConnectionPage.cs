namespace Longwave.Server.Subscribe;

/// <summary>A page of the open streams. It can be short or empty and still have a next one.</summary>
/// <param name="Connections">The streams, in the order of their numbers.</param>
/// <param name="Next">Number after which the next page starts; null for the last page.</param>
internal sealed record ConnectionPage(IReadOnlyList<OpenConnection> Connections, long? Next);
