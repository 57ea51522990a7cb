using Longwave.Engine.Health;
using System.Collections.Concurrent;
using Longwave.Serve;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Tests.Serve;

public sealed class CertificateFilesTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("longwave-certificates-");
    private readonly PemFiles _files;
    private readonly Log _log = new();
    private readonly string _first;
    private readonly CertificateFiles _certificates;

    public CertificateFilesTests()
    {
        _files = new PemFiles(_home.FullName);
        _first = _files.Write();
        var settings = new ListenSettings { Certificate = _files.Certificate, CertificateKey = _files.Key };
        _certificates = new CertificateFiles(ServerCertificate.Load(settings), new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), TimeProvider.System, _log);
    }

    private string Served => _certificates.Current.Context.TargetCertificate.Thumbprint;

    public void Dispose()
    {
        _certificates.Dispose();
        _home.Delete(recursive: true);
    }

    [Fact]
    public void Reload_UnchangedFiles_ChangesNothing()
    {
        ServerCertificate before = _certificates.Current;
        _certificates.Reload();
        Assert.Same(before, _certificates.Current);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Reload_RenewedPair_IsUsed()
    {
        string second = _files.Write();
        _certificates.Reload();
        Assert.Equal(second, Served);
        Assert.StartsWith("Information 3100", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_CertificateWithoutItsKeyYet_KeepsTheOldUntilThePairIsComplete()
    {
        (string certificate, string key, string thumbprint) = PemFiles.Make();
        File.WriteAllText(_files.Certificate, certificate);
        _certificates.Reload();
        _certificates.Reload();
        Assert.Equal(_first, Served);
        Assert.StartsWith("Warning 3101", Assert.Single(_log.Lines), StringComparison.Ordinal);
        File.WriteAllText(_files.Key, key);
        _certificates.Reload();
        Assert.Equal(thumbprint, Served);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData(null)]
    public void Reload_BrokenFile_KeepsTheOldAndLogsOnce(string? content)
    {
        File.Delete(_files.Certificate);
        if (content is not null)
        {
            File.WriteAllText(_files.Certificate, content);
        }

        for (int i = 0; i < 5; i++)
        {
            _certificates.Reload();
        }

        Assert.Equal(_first, Served);
        string line = Assert.Single(_log.Lines);
        Assert.StartsWith("Warning 3101", line, StringComparison.Ordinal);
        Assert.Contains(_files.Certificate, line, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", line, StringComparison.Ordinal);
        string second = _files.Write();
        _certificates.Reload();
        Assert.Equal(second, Served);
    }

    [Fact]
    public void Reload_ExpiredCertificate_KeepsTheOld()
    {
        (string certificate, string key, _) = PemFiles.Make(validDays: -2);
        File.WriteAllText(_files.Key, key);
        File.WriteAllText(_files.Certificate, certificate);
        _certificates.Reload();
        Assert.Equal(_first, Served);
        Assert.Contains("it expired on", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private sealed class Log : ILogger<CertificateFiles>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {eventId.Id}: {formatter(state, exception)}");
    }
}
