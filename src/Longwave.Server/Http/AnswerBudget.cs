namespace Longwave.Server.Http;

/// <summary>Limits the bytes that all answers under way hold in memory for clients that have not received them yet.</summary>
/// <param name="mostBytes">The limit.</param>
internal sealed class AnswerBudget(long mostBytes)
{
    /// <summary>Size of a piece of an answer, in bytes: an answer holds at most one, and the rest of one event.</summary>
    public const int PieceBytes = 16 * 1024;

    private long _bytes;

    /// <summary>Bytes that are reserved now.</summary>
    public long Held => Volatile.Read(ref _bytes);

    /// <summary>Whether <paramref name="bytes"/> could be reserved now. A later reservation can still fail.</summary>
    public bool HasRoomFor(long bytes) => Held + bytes <= mostBytes;

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

    /// <summary>Reserves the rest of a frame that a slow client has not received. Shared bytes and a small rest count nothing.</summary>
    /// <param name="bytes">Size of the rest.</param>
    /// <param name="isShared">Whether the rest is no copy.</param>
    /// <param name="counted">Bytes to return later.</param>
    /// <returns>False above the limit.</returns>
    public bool TryHold(int bytes, bool isShared, out int counted)
    {
        counted = isShared || bytes <= PieceBytes ? 0 : bytes;
        if (counted == 0 || TryTake(counted))
        {
            return true;
        }

        counted = 0;
        return false;
    }

    /// <summary>Returns reserved bytes.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
