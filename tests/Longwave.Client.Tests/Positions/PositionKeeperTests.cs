using Longwave.Client.Positions;

namespace Longwave.Client.Tests.Positions;

public sealed class PositionKeeperTests
{
    [Fact]
    public async Task Save_WithinTheInterval_WaitsForTheEnd()
    {
        var store = new MemoryStore();
        var keeper = new PositionKeeper(store, TimeSpan.FromHours(1), TimeProvider.System);
        await keeper.LoadAsync(CancellationToken.None);

        keeper.Mark("a");
        await keeper.SaveAsync(CancellationToken.None);
        keeper.Mark("b");
        await keeper.SaveAsync(CancellationToken.None);
        Assert.Empty(store.Saved);

        await keeper.SaveLastAsync();
        await keeper.SaveLastAsync();
        Assert.Equal(["b"], store.Saved);
    }

    [Fact]
    public async Task Save_NoInterval_WritesEveryPositionOnce()
    {
        var store = new MemoryStore();
        var keeper = new PositionKeeper(store, TimeSpan.Zero, TimeProvider.System);
        await keeper.LoadAsync(CancellationToken.None);
        foreach (string? position in (string?[])["a", null, "a", "b"])
        {
            keeper.Mark(position);
            await keeper.SaveAsync(CancellationToken.None);
        }

        Assert.Equal(["a", "b"], store.Saved);
    }

    private sealed class MemoryStore : IPositionStore
    {
        public List<string> Saved { get; } = [];

        public ValueTask<string?> LoadAsync(CancellationToken cancellation) => new(Saved.LastOrDefault());

        public ValueTask SaveAsync(string position, CancellationToken cancellation)
        {
            Saved.Add(position);
            return default;
        }
    }
}
