using Longwave.Server.Configuration;

namespace Longwave.Server.Tests.Mercure;

/// <summary>One hub for the tests of a class; they keep apart by using topics of their own.</summary>
public class MercureFixture : IAsyncLifetime
{
    private readonly Action<LongwaveOptions>? _configure;
    private int _topics;

    public MercureFixture()
    {
    }

    /// <summary>For a hub that differs.</summary>
    protected MercureFixture(Action<LongwaveOptions> configure) => _configure = configure;

    public MercureHub Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await MercureHub.StartAsync(_configure);

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The beginning of topics that no other test uses.</summary>
    public string NewTopic() => $"https://example.com/t{Interlocked.Increment(ref _topics)}";
}
