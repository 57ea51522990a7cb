namespace Longwave.Server.Http;

/// <summary>Limits the bytes that all answers under way hold, or those of one client.</summary>
/// <param name="mostBytes">The limit.</param>
internal sealed class AnswerBudget(long mostBytes) : AnswerRoom
{
    private long _bytes;

    /// <summary>The limit.</summary>
    public long MostBytes => mostBytes;

    /// <summary>Bytes that are reserved now.</summary>
    public long Held => Volatile.Read(ref _bytes);

    public override bool HasRoomFor(long bytes) => Held + bytes <= mostBytes;

    public override bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= mostBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    public override void Return(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    public override Problem Refuse(long bytes) => new(
        ProblemTypes.Overloaded, "The hub holds too many bytes of answers that clients have not received yet (Server:MaxAnswerBytes).");
}
