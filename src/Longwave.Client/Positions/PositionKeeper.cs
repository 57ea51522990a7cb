namespace Longwave.Client.Positions;

/// <summary>Saves the position of a subscription at most once per interval, and once at the end.</summary>
internal sealed class PositionKeeper(IPositionStore? store, TimeSpan interval, TimeProvider clock)
{
    private string? _saved;
    private string? _handled;
    private long _savedAt;

    /// <summary>Loads the position saved last; null when there is none.</summary>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellation)
    {
        _savedAt = clock.GetTimestamp();
        return store is null ? null : _saved = _handled = await store.LoadAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Marks everything up to a position as handled.</summary>
    public void Mark(string? position) => _handled = position ?? _handled;

    /// <summary>Saves the marked position if the interval has passed.</summary>
    public ValueTask SaveAsync(CancellationToken cancellation) =>
        store is null || _handled is null || _handled == _saved || clock.GetElapsedTime(_savedAt) < interval ? default : SaveNowAsync(cancellation);

    /// <summary>Saves the marked position if it is not saved yet.</summary>
    public ValueTask SaveLastAsync() => store is null || _handled is null || _handled == _saved ? default : SaveNowAsync(CancellationToken.None);

    private async ValueTask SaveNowAsync(CancellationToken cancellation)
    {
        string position = _handled!;
        await store!.SaveAsync(position, cancellation).ConfigureAwait(false);
        (_saved, _savedAt) = (position, clock.GetTimestamp());
    }
}
