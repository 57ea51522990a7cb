using Longwave.Engine.Configuration;
using Longwave.Engine.Log;

namespace Longwave.Engine.Tests.Fanout;

/// <summary>One log for all tests of a class: to open a log syncs files.</summary>
public sealed class LogFixture : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;

    public LogFixture() => Log = EventLog.Open(new EngineOptions { DataDirectory = _directory });

    internal EventLog Log { get; }

    public void Dispose()
    {
        Log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
