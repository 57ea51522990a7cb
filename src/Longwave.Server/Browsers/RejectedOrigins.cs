using Microsoft.Extensions.Logging;

namespace Longwave.Server.Browsers;

/// <summary>Logs each rejected origin once, with the remedy.</summary>
internal sealed partial class RejectedOrigins(ILogger<RejectedOrigins> logger)
{
    /// <summary>Maximum number of origins to log, because a client can send any number of them.</summary>
    internal const int MaxLogged = 100;

    // Guards the set below.
    private readonly Lock _lock = new();
    private readonly HashSet<WebOrigin> _logged = [];

    /// <summary>Reports a rejected request.</summary>
    /// <param name="origin">The header <c>Origin</c>; a value that is not an origin, such as <c>null</c>, cannot be allowed and is not logged.</param>
    public void Report(string? origin)
    {
        if (!WebOrigin.TryParse(origin, out WebOrigin parsed))
        {
            return;
        }

        lock (_lock)
        {
            if (_logged.Count >= MaxLogged || !_logged.Add(parsed))
            {
                return;
            }
        }

        LogRejected(parsed.ToString());
    }

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "A page of {Origin} was rejected. If its pages may use this hub, add the origin to Server:AllowedOrigins, or start with --allow-origin {Origin}")]
    private partial void LogRejected(string origin);
}
