using Longwave.Bench.Hubs;

namespace Longwave.Bench.Peers;

/// <summary>Every server that takes part, in the order of tables.</summary>
internal static class PeerList
{
    private const string ParkStreams = "LONGWAVE__SERVER__PARKSTREAMS";

    private static string Floor => Path.Combine(Repository.Work, "floor");

    private static string BetterSse => Path.Combine(Repository.Fanout, "better-sse", "server.mjs");

    private static string AspNet => Path.Combine(Repository.Root, "artifacts", "bin", "Longwave.Bench.AspNet", "release", "Longwave.Bench.AspNet.dll");

    /// <summary>The floor, Longwave, and all other servers.</summary>
    /// <param name="park">Whether the hub has two sinks, so that both take part.</param>
    public static IReadOnlyList<Peer> All(bool park) =>
    [
        new(PeerNames.Floor, "/sub", "/pub", static (port, _) => [Floor, $"{port}"]),
        .. Hubs(park),
        new(PeerNames.Nchan, "/sub", "/pub", Nchan),
        new(PeerNames.AspNet, "/sub", "/pub", static (port, _) => ["dotnet", AspNet, "--urls", $"http://127.0.0.1:{port}"]),
        new(PeerNames.BetterSse, "/sub", "/pub", static (port, _) => ["node", BetterSse, $"{port}"]),
    ];

    /// <summary>The hub, with each of its sinks.</summary>
    public static IReadOnlyList<Peer> Hubs(bool park) => park ? [Hub(PeerNames.Longwave, true), Hub(PeerNames.LongwavePipe, false)] : [Hub(PeerNames.Longwave, null)];

    /// <summary>A hub.</summary>
    /// <param name="name">Its name in results.</param>
    /// <param name="park">Whether it parks streams; null for its default.</param>
    /// <param name="program">The longwave.dll to run; null for the one of this repository.</param>
    public static Peer Hub(string name, bool? park, string? program = null) => new(
        name,
        "/v1/events?topic=bench",
        "/v1/events?topic=bench",
        (port, directory) => ["dotnet", program ?? Repository.Hub, "serve", "--urls", $"http://127.0.0.1:{port}", "--data", Path.Combine(directory, "data")],
        park is null ? null : new Dictionary<string, string> { [ParkStreams] = park.Value ? "true" : "false" });

    private static string[] Nchan(int port, string directory)
    {
        string configuration = File.ReadAllText(Path.Combine(Repository.Fanout, "nchan.conf"));
        string file = Path.Combine(directory, "nchan.conf");
        File.WriteAllText(file, configuration.Replace("@PORT@", $"{port}", StringComparison.Ordinal));
        return ["nginx", "-p", directory + "/", "-c", file];
    }
}
