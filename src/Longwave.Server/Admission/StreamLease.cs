using Longwave.Server.Http;

namespace Longwave.Server.Admission;

/// <summary>The counts of one stream at its address and its subject, and the room for its bytes; returned once, when the stream ends.</summary>
internal sealed class StreamLease(AdmissionControl admission, AnswerBudget budget, ClientUsage? address, ClientUsage? subject)
    : AnswerLease(admission, budget, address, subject)
{
    protected override void End(ClientUsage? ofAddress, ClientUsage? ofSubject)
    {
        ofAddress?.CloseStream();
        ofSubject?.CloseStream();
    }
}
