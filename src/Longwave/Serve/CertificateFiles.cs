using Longwave.Engine.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwave.Serve;

/// <summary>Keeps the certificate current with its files: the next handshake uses a renewed one, and open connections continue.</summary>
/// <remarks>
/// A file system watcher triggers a check, and a timer repeats it every few seconds, because not every file system reports changes (network file
/// systems, bind mounts of single files). A renewal writes two files, and between the two writes they do not match: files that cannot be used
/// change nothing and are reported once.
/// </remarks>
internal sealed partial class CertificateFiles : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Delay after a change notification, because the second file usually follows at once.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    private readonly BackgroundLoops _loops;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly List<FileSystemWatcher> _watchers = [];

    /// <summary>Serializes checks of the files, and guards the last reported error.</summary>
    private readonly Lock _lock = new();
    private volatile ServerCertificate _current;
    private string _refused = "";
    private ITimer? _timer;

    public CertificateFiles(ServerCertificate first, BackgroundLoops loops, TimeProvider clock, ILogger<CertificateFiles> logger) =>
        (_current, _loops, _clock, _logger) = (first, loops, clock, logger);

    /// <summary>Certificate for the next handshake.</summary>
    public ServerCertificate Current => _current;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = _loops.StartTimer("longwave-certificate", Reload, Interval, Interval);
        foreach (string folder in new[] { _current.CertificateFile, _current.KeyFile }.Select(file => Path.GetDirectoryName(Path.GetFullPath(file))!).Distinct())
        {
            Watch(folder);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _watchers.ForEach(static watcher => watcher.Dispose());
        _timer?.Dispose();
    }

    /// <summary>Reads the files and uses their certificate if it is new and valid.</summary>
    public void Reload()
    {
        lock (_lock)
        {
            try
            {
                string fingerprint = ServerCertificate.FingerprintOf(File.ReadAllText(_current.CertificateFile), File.ReadAllText(_current.KeyFile));
                if (fingerprint != _current.Fingerprint && fingerprint != _refused)
                {
                    Replace_NeedsLock(fingerprint);
                }
            }
            catch (Exception exception) when (ServerCertificate.IsExpected(exception))
            {
                Refuse_NeedsLock(exception.Message, exception.Message);
            }
        }
    }

    private void Replace_NeedsLock(string fingerprint)
    {
        ServerCertificate renewed;
        try
        {
            renewed = ServerCertificate.Read(_current.CertificateFile, _current.KeyFile);
        }
        catch (Exception exception) when (ServerCertificate.IsExpected(exception))
        {
            Refuse_NeedsLock(fingerprint, exception.Message);
            return;
        }

        var end = new DateTimeOffset(renewed.Context.TargetCertificate.NotAfter);
        if (end < _clock.GetUtcNow())
        {
            Refuse_NeedsLock(fingerprint, $"it expired on {end:yyyy-MM-dd HH:mm}");
            return;
        }

        // Do not dispose of the previous certificate: handshakes may still use it. The garbage collector frees it.
        (_current, _refused) = (renewed, "");
        LogRenewed(renewed.CertificateFile, renewed.Context.TargetCertificate.Subject, end);
    }

    private void Refuse_NeedsLock(string what, string reason)
    {
        if (what != _refused)
        {
            _refused = what;
            LogKept(_current.CertificateFile, _current.KeyFile, reason);
        }
    }

    private void Watch(string folder)
    {
        try
        {
            var watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.CreationTime };
            _watchers.Add(watcher);
            watcher.Changed += OnChange;
            watcher.Created += OnChange;
            watcher.Renamed += OnChange;
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            LogNotWatched(folder, exception.Message);
        }
    }

    private void OnChange(object sender, FileSystemEventArgs change)
    {
        try
        {
            _timer?.Change(Settling, Interval);
        }
        catch (ObjectDisposedException)
        {
            // The hub is shutting down.
        }
    }

    [LoggerMessage(EventId = 3100, Level = LogLevel.Information, Message = "New TLS handshakes use the renewed certificate {File}: {Subject}, valid until {End:u}")]
    private partial void LogRenewed(string file, string subject, DateTimeOffset end);

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "The files {Certificate} and {Key} have changed but cannot be used; the hub keeps the previous certificate: {Reason}")]
    private partial void LogKept(string certificate, string key, string reason);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Warning, Message = "The hub cannot watch {Folder} for changes and checks its files every few seconds: {Reason}")]
    private partial void LogNotWatched(string folder, string reason);
}
