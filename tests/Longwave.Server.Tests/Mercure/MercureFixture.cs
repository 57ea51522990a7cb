namespace Longwave.Server.Tests.Mercure;

/// <summary>One hub for the tests of a class; they keep apart by using topics of their own.</summary>
public sealed class MercureFixture : IAsyncLifetime
{
    private int _topics;

    public MercureHub Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await MercureHub.StartAsync();

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>The beginning of topics that no other test uses.</summary>
    public string NewTopic() => $"https://example.com/t{Interlocked.Increment(ref _topics)}";
}
