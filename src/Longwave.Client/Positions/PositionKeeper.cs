namespace Longwave.Client.Positions;

/// <summary>Saves how far a subscription came: not more often than wanted, and once more at the end.</summary>
internal sealed class PositionKeeper(IPositionStore? store, TimeSpan interval, TimeProvider clock)
{
    private string? _saved;
    private string? _handled;
    private long _savedAt;

    /// <summary>What was saved last time; null when there is nothing.</summary>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellation)
    {
        _savedAt = clock.GetTimestamp();
        return store is null ? null : _saved = _handled = await store.LoadAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Everything up to there was handled.</summary>
    public void Mark(string? position) => _handled = position ?? _handled;

    /// <summary>Saves what was marked, when it is time.</summary>
    public ValueTask SaveAsync(CancellationToken cancellation) =>
        store is null || _handled is null || _handled == _saved || clock.GetElapsedTime(_savedAt) < interval ? default : SaveNowAsync(cancellation);

    /// <summary>Saves what was marked and not saved yet.</summary>
    public ValueTask SaveLastAsync() => store is null || _handled is null || _handled == _saved ? default : SaveNowAsync(CancellationToken.None);

    private async ValueTask SaveNowAsync(CancellationToken cancellation)
    {
        string position = _handled!;
        await store!.SaveAsync(position, cancellation).ConfigureAwait(false);
        (_saved, _savedAt) = (position, clock.GetTimestamp());
    }
}
