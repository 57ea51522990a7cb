using Longwave.Server.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Kestrel;

/// <summary>Ends a connection that the web server has not ended some time after its socket closed.</summary>
/// <remarks>
/// The web server forgets about one in a hundred HTTP/2 connections that break off amid many resets: its task never completes and code in
/// <c>finally</c> never runs, so everything that counts the connection would count it until the next restart
/// (<c>docs/decisions/0024-forgotten-connections.md</c>).
/// </remarks>
internal sealed partial class ForgottenConnections(TimeProvider clock, ILogger<ForgottenConnections> logger)
{
    /// <summary>Time for the web server to end a connection itself. Then its buffers are released, so no request may still read them.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly LogThrottle _released = new(Grace, clock);

    /// <summary>Completes with <paramref name="next"/>, but at the latest one <see cref="Grace"/> after the connection has closed.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        Task served = next(connection);
        if (!served.IsCompleted)
        {
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

            // The registration also keeps this method alive: a forgotten connection is garbage, and so is the code that waits for it.
            await using (connection.ConnectionClosed.UnsafeRegister(static closed => ((TaskCompletionSource)closed!).TrySetResult(), closed))
            {
                await Task.WhenAny(served, closed.Task);
            }
        }

        try
        {
            await served.WaitAsync(Grace, clock);
        }
        catch (TimeoutException) when (!served.IsCompleted)
        {
            if (_released.TryTake(out long count))
            {
                LogReleased(count, Grace.TotalSeconds);
            }
        }
    }

    [LoggerMessage(EventId = 2311, Level = LogLevel.Information, Message = "Connections released that the web server had not ended {Seconds} s after they closed: {Count}")]
    private partial void LogReleased(long count, double seconds);
}
