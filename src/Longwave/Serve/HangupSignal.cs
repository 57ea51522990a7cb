using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Longwave.Serve;

/// <summary>
/// Handles SIGHUP, whose default action ends the process without a drain: a closed terminal and "reload" of a service manager send it. The hub checks its
/// certificate files and continues.
/// </summary>
internal sealed partial class HangupSignal : IDisposable
{
    private readonly CertificateFiles? _certificate;
    private readonly ILogger _logger;
    private readonly PosixSignalRegistration _registration;

    /// <param name="certificate">The certificate files; null without https.</param>
    /// <param name="logger">The log.</param>
    public HangupSignal(CertificateFiles? certificate, ILogger<HangupSignal> logger)
    {
        (_certificate, _logger) = (certificate, logger);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
    }

    public void Dispose() => _registration.Dispose();

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        LogContinues();
        _certificate?.Reload();
    }

    [LoggerMessage(EventId = 3103, Level = LogLevel.Information, Message = "SIGHUP: the hub continues and checks its certificate files. It reads its configuration (keys and policies included) only at the start: restart it to apply a change; SIGTERM drains it")]
    private partial void LogContinues();
}
