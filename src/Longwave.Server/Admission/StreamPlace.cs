namespace Longwave.Server.Admission;

/// <summary>The place of one stream in the counts of its address and its subject; given back once, when the stream is over.</summary>
internal sealed class StreamPlace(AdmissionControl admission, ClientUsage? address, ClientUsage? subject) : IDisposable
{
    private AdmissionControl? _admission = admission;

    public void Dispose() => Interlocked.Exchange(ref _admission, null)?.Leave(address, subject);
}
