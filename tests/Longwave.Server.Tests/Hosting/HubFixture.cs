namespace Longwave.Server.Tests.Hosting;

/// <summary>One hub with default options for the tests of a class; each test uses its own topics.</summary>
public sealed class HubFixture : IAsyncLifetime
{
    private int _topics;

    public TestHub Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await TestHub.StartAsync();

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>Returns a topic that no other test uses.</summary>
    public string NewTopic() => $"t{Interlocked.Increment(ref _topics)}";
}
