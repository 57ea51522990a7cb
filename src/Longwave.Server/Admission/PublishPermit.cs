using Longwave.Server.Http;

namespace Longwave.Server.Admission;

/// <summary>Permit of one publish, which counts its bytes and events against the rates of its address and its subject.</summary>
internal sealed class PublishPermit(AdmissionControl admission, ClientUsage? address, ClientUsage? subject) : IDisposable
{
    /// <summary>Counts bytes of the body; returns the rejection, or null.</summary>
    public Problem? TakeBytes(long count)
    {
        if (count == 0)
        {
            return null;
        }

        int bytes = (int)Math.Min(count, int.MaxValue);
        return Refuse(address?.TakeBytes(bytes), "address", "bytes") ?? Refuse(subject?.TakeBytes(bytes), "subject", "bytes");
    }

    /// <summary>Counts events; returns the rejection, or null.</summary>
    public Problem? TakeEvents(int count) => count == 0
        ? null
        : Refuse(address?.TakeEvents(count), "address", "events") ?? Refuse(subject?.TakeEvents(count), "subject", "events");

    public void Dispose() => admission.Return(address, subject);

    private static Problem? Refuse(TimeSpan? wait, string whose, string what) => wait is null
        ? null
        : new Problem(ProblemTypes.RateLimited, $"This {whose} publishes too many {what} per second; nothing was appended.") { RetryAfter = wait };
}
