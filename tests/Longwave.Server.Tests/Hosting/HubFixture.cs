namespace Longwave.Server.Tests.Hosting;

/// <summary>One hub with default options for the tests of a class; they keep apart by using topics of their own.</summary>
public sealed class HubFixture : IAsyncLifetime
{
    private int _topics;

    public TestHub Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await TestHub.StartAsync();

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>A topic that no other test uses.</summary>
    public string NewTopic() => $"t{Interlocked.Increment(ref _topics)}";
}
