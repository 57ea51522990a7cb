namespace Longwave.Server.Admission;

/// <summary>The counts of one stream at its address and its subject; returned once, when the stream ends.</summary>
internal sealed class StreamLease(AdmissionControl admission, ClientUsage? address, ClientUsage? subject) : IDisposable
{
    private AdmissionControl? _admission = admission;

    public void Dispose() => Interlocked.Exchange(ref _admission, null)?.Leave(address, subject);
}
