using Longwave.Client.Connections;
using Longwave.Server.Configuration;
using Longwave.Server.Hub;
using Longwave.Server.Kestrel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Serve;

/// <summary>Start message of the hub: addresses, data directory, three example commands.</summary>
internal static class StartBanner
{
    public static void Write(WebApplication app, TextWriter output)
    {
        List<string> addresses = [.. app.Urls.Where(url => !CleartextHttp2.IsInternal(url))];
        string directory = Path.GetFullPath(app.Services.GetRequiredService<LongwaveOptions>().Engine.DataDirectory);
        (string hub, string how) = UnixSocketUrl.TryRead(addresses[0], out UnixSocketUrl? socket, out _) && socket is not null
            ? (UnixSocketUrl.Base.AbsoluteUri.TrimEnd('/'), $" --unix-socket '{socket.Path}'")
            : (Reachable(addresses[0]), addresses[0].StartsWith("https:", StringComparison.Ordinal) ? " -k" : "");
        output.WriteLine($"Longwave listens on {string.Join(", ", addresses)}");
        output.WriteLine($"The data is in      {directory} (position {app.Services.GetRequiredService<RunningHub>().Engine.Tip})");
        output.WriteLine();
        output.WriteLine("Try");
        output.WriteLine($"  curl{how} -N '{hub}/v1/events?topic=demo'                  # watch a topic");
        output.WriteLine($"  curl{how} -d hello '{hub}/v1/events?topic=demo'            # publish to it, in another terminal");
        output.WriteLine($"  curl{how} -N '{hub}/v1/events?topic=demo&since=earliest'   # replay all events from the log");
        output.WriteLine();
        output.WriteLine("Press Ctrl+C to stop.");
        output.Flush();
    }

    /// <summary>Converts an any-interface address to one that a client can connect to.</summary>
    private static string Reachable(string address) =>
        address.Replace("://[::]", "://localhost", StringComparison.Ordinal).Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal);
}
