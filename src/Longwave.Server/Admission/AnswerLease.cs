using Longwave.Server.Http;

namespace Longwave.Server.Admission;

/// <summary>
/// Room for the answers of one request: in the share of its address, in that of its subject, and in the budget of all answers. A slow client uses up
/// its shares, and the answers of others continue.
/// </summary>
/// <remarks>Bytes can be returned after the lease: a flush that stays pending outlives its stream.</remarks>
/// <param name="admission">The tables that the usages belong to.</param>
/// <param name="budget">Budget of all answers.</param>
/// <param name="address">Usage of the address; null for an address without limits.</param>
/// <param name="subject">Usage of the subject; null for an anonymous caller.</param>
internal class AnswerLease(AdmissionControl admission, AnswerBudget budget, ClientUsage? address, ClientUsage? subject) : AnswerRoom, IDisposable
{
    private AdmissionControl? _admission = admission;

    public override bool HasRoomFor(long bytes) =>
        address?.Answers.HasRoomFor(bytes) != false && subject?.Answers.HasRoomFor(bytes) != false && budget.HasRoomFor(bytes);

    public override bool TryTake(long bytes)
    {
        if (address?.Answers.TryTake(bytes) == false)
        {
            return false;
        }

        if (subject?.Answers.TryTake(bytes) == false)
        {
            address?.Answers.Return(bytes);
            return false;
        }

        if (!budget.TryTake(bytes))
        {
            ReturnShares(bytes);
            return false;
        }

        return true;
    }

    public override void Return(long bytes)
    {
        budget.Return(bytes);
        ReturnShares(bytes);
    }

    public override Problem Refuse(long bytes) => RefuseShare(address, "address", bytes) ?? RefuseShare(subject, "subject", bytes) ?? budget.Refuse(bytes);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _admission, null) is { } holder)
        {
            End(address, subject);
            holder.Return(address, subject);
        }
    }

    /// <summary>Returns what a kind of lease counts besides bytes. Called once.</summary>
    protected virtual void End(ClientUsage? ofAddress, ClientUsage? ofSubject)
    {
    }

    private void ReturnShares(long bytes)
    {
        address?.Answers.Return(bytes);
        subject?.Answers.Return(bytes);
    }

    private static Problem? RefuseShare(ClientUsage? usage, string whose, long bytes) => usage?.Answers.HasRoomFor(bytes) != false
        ? null
        : new Problem(
            ProblemTypes.AnswersUnread,
            $"Answers to this {whose} hold {usage.Answers.Held} bytes that it has not received yet; this answer needs {bytes}, and the limit is {usage.Answers.MostBytes}.");
}
