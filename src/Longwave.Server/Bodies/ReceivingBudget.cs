namespace Longwave.Server.Bodies;

/// <summary>Limits the bytes of all publish bodies that are being received at one time.</summary>
internal sealed class ReceivingBudget(long mostBytes)
{
    private long _bytes;

    /// <summary>Reserves <paramref name="bytes"/>; false, without a reservation, above the limit.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= mostBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Returns reserved bytes.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
