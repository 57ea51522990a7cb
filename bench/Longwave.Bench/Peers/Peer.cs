namespace Longwave.Bench.Peers;

/// <summary>A server that fans events out, and how it is run and spoken to.</summary>
/// <param name="Name">As tables and charts call it.</param>
/// <param name="Subscribe">Path of a GET that opens a stream.</param>
/// <param name="Publish">Path of a POST whose body is the data of one event for every stream.</param>
/// <param name="Command">Program and arguments that serve on a port of 127.0.0.1; a directory of its own is there to write into.</param>
/// <param name="Settings">Environment variables that it gets.</param>
internal sealed record Peer(
    string Name,
    string Subscribe,
    string Publish,
    Func<int, string, IReadOnlyList<string>> Command,
    IReadOnlyDictionary<string, string>? Settings = null);
