using System.Text.Json;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>What an idle hub has, seen from outside.</summary>
/// <param name="Descriptors">Open descriptors of the process.</param>
/// <param name="Sockets">Those that are sockets.</param>
/// <param name="Streams">Streams and polls, as <c>/readyz</c> counts them.</param>
/// <param name="Listed">Streams that <c>/v1/connections</c> lists.</param>
internal sealed record HubCounts(int Descriptors, int Sockets, int Streams, int Listed)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until the hub has no more sockets and streams than before, at most for a time; returns its last counts.</summary>
    /// <param name="processId">The hub's process.</param>
    /// <param name="port">Its port.</param>
    /// <param name="before">Earlier counts.</param>
    /// <param name="patience">Longest time.</param>
    public static async Task<HubCounts> SettleAsync(int processId, int port, HubCounts before, TimeSpan patience)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            HubCounts now = await ReadAsync(processId, port);
            if ((now.Sockets <= before.Sockets && now.Streams <= before.Streams && now.Listed <= before.Listed && now.Descriptors <= before.Descriptors)
                || TimeProvider.System.GetElapsedTime(start) > patience)
            {
                return now;
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Waits until the hub has no stream, at most for a time.</summary>
    public static async Task UntilNoStreamAsync(int port, TimeSpan patience)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < patience && await TryReadStreamsAsync(port) != 0)
        {
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Reads the counts now.</summary>
    public static async Task<HubCounts> ReadAsync(int processId, int port)
    {
        int streams;
        int listed;
        using (var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") })
        {
            streams = (await GetAsync(http, "/readyz")).GetProperty("connections").GetInt32();
            listed = (await GetAsync(http, "/v1/connections")).GetProperty("connections").GetArrayLength();
        }

        string?[] links = [.. new DirectoryInfo($"/proc/{processId}/fd").EnumerateFileSystemInfos().Select(static file => file.LinkTarget)];
        return new HubCounts(links.Length, links.Count(static link => link?.StartsWith("socket:", StringComparison.Ordinal) == true), streams, listed);
    }

    /// <summary>Epoch of the hub's log.</summary>
    public static async Task<string> EpochAsync(int port)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        string tip = (await GetAsync(http, "/readyz")).GetProperty("tip").GetString()!;
        return tip[..tip.IndexOf('-', StringComparison.Ordinal)];
    }

    /// <summary>Number of streams; null when the hub has no free connection for the question.</summary>
    private static async Task<int?> TryReadStreamsAsync(int port)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        try
        {
            return (await GetAsync(http, "/readyz")).GetProperty("connections").GetInt32();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path)
    {
        using JsonDocument document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(path, UriKind.Relative)));
        return document.RootElement.Clone();
    }
}
