namespace Longwave.Server.Http;

/// <summary>Room for the bytes that answers hold in memory for clients that have not received them yet. For any thread.</summary>
internal abstract class AnswerRoom
{
    /// <summary>Size of a piece of an answer, in bytes: an answer holds at most one, and the rest of one event.</summary>
    public const int PieceBytes = 16 * 1024;

    /// <summary>Whether <paramref name="bytes"/> could be reserved now. A later reservation can still fail.</summary>
    public abstract bool HasRoomFor(long bytes);

    /// <summary>Reserves <paramref name="bytes"/>; false, without a reservation, above a limit.</summary>
    public abstract bool TryTake(long bytes);

    /// <summary>Returns reserved bytes.</summary>
    public abstract void Return(long bytes);

    /// <summary>The rejection of an answer that needs <paramref name="bytes"/> and has no room.</summary>
    public abstract Problem Refuse(long bytes);

    /// <summary>Reserves the rest of a frame that a slow client has not received. Shared bytes and a small rest count nothing.</summary>
    /// <param name="bytes">Size of the rest.</param>
    /// <param name="isShared">Whether the rest is no copy.</param>
    /// <param name="counted">Bytes to return later.</param>
    /// <returns>False above a limit.</returns>
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
}
