namespace Longwave.Engine.Publishing;

/// <summary>
/// The idempotency keys of the window, with the offsets of the events they first came with. Of the writer. Storage has them too, in the
/// same transaction as their events.
/// </summary>
internal sealed class IdempotencyTable(TimeSpan window, int maxKeys)
{
    private readonly Dictionary<UInt128, long> _offsets = [];
    private readonly Queue<Remembered> _byAge = [];
    private readonly long _windowMs = (long)window.TotalMilliseconds;

    public bool IsOn => _windowMs > 0 && maxKeys > 0;

    public int Count => _byAge.Count;

    /// <summary>Keys up to this offset are forgotten: storage need not keep them.</summary>
    public long ForgottenThrough { get; private set; }

    public bool TryGet(IdempotencyKey key, out long offset) => _offsets.TryGetValue(key.Hash, out offset);

    public void Remember(IdempotencyKey key, long offset, long timeUnixMs)
    {
        if (_byAge.Count >= maxKeys)
        {
            Forget();
        }

        _offsets[key.Hash] = offset;
        _byAge.Enqueue(new Remembered(key.Hash, offset, timeUnixMs));
    }

    public void Expire(long nowUnixMs)
    {
        while (_byAge.TryPeek(out Remembered oldest) && nowUnixMs - oldest.TimeUnixMs >= _windowMs)
        {
            Forget();
        }
    }

    private void Forget()
    {
        Remembered oldest = _byAge.Dequeue();
        _offsets.Remove(oldest.Key);
        ForgottenThrough = oldest.Offset;
    }

    private readonly record struct Remembered(UInt128 Key, long Offset, long TimeUnixMs);
}
