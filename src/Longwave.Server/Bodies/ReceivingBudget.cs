namespace Longwave.Server.Bodies;

/// <summary>Bounds the bytes of all publish bodies that are being received at one time.</summary>
internal sealed class ReceivingBudget(long mostBytes)
{
    private long _bytes;

    /// <summary>Takes <paramref name="bytes"/> more; false, and nothing taken, when there is no room.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= mostBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
