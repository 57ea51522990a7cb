using Longwave.Server.Http;

namespace Longwave.Server.Admission;

/// <summary>What one publish takes from the rates of its address and its subject.</summary>
internal sealed class PublishPermit(AdmissionControl admission, ClientUsage? address, ClientUsage? subject) : IDisposable
{
    /// <summary>Takes bytes of the body.</summary>
    public Problem? TakeBytes(long count)
    {
        if (count == 0)
        {
            return null;
        }

        int bytes = (int)Math.Min(count, int.MaxValue);
        return Refuse(address?.TakeBytes(bytes), "address", "bytes") ?? Refuse(subject?.TakeBytes(bytes), "subject", "bytes");
    }

    /// <summary>Takes events.</summary>
    public Problem? TakeEvents(int count) => count == 0
        ? null
        : Refuse(address?.TakeEvents(count), "address", "events") ?? Refuse(subject?.TakeEvents(count), "subject", "events");

    public void Dispose() => admission.Return(address, subject);

    private static Problem? Refuse(TimeSpan? wait, string whose, string what) => wait is null
        ? null
        : new Problem(ProblemTypes.RateLimited, $"This {whose} publishes too many {what} per second; nothing was appended.") { RetryAfter = wait };
}
