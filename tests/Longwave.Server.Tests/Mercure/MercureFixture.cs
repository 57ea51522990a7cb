using Longwave.Server.Configuration;

namespace Longwave.Server.Tests.Mercure;

/// <summary>One hub for the tests of a class; each test uses its own topics.</summary>
public class MercureFixture : IAsyncLifetime
{
    private readonly Action<LongwaveOptions>? _configure;
    private int _topics;

    public MercureFixture()
    {
    }

    /// <summary>Constructor for a hub with other options.</summary>
    protected MercureFixture(Action<LongwaveOptions> configure) => _configure = configure;

    public MercureHub Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await MercureHub.StartAsync(_configure);

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns a topic prefix that no other test uses.</summary>
    public string NewTopic() => $"https://example.com/t{Interlocked.Increment(ref _topics)}";
}
