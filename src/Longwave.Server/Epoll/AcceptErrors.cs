namespace Longwave.Server.Epoll;

/// <summary>What each error of accept4(2) means for the listener.</summary>
internal static class AcceptErrors
{
    private const int NotPermitted = 1;
    private const int Interrupted = 4;
    private const int BadFile = 9;
    private const int WouldBlock = 11;
    private const int OutOfMemory = 12;
    private const int BadAddress = 14;
    private const int InvalidArgument = 22;
    private const int TooManyFilesInSystem = 23;
    private const int TooManyFiles = 24;
    private const int NotImplemented = 38;
    private const int NotOnNetwork = 64;
    private const int ProtocolError = 71;
    private const int NotASocket = 88;
    private const int NoProtocolOption = 92;
    private const int NotSupported = 95;
    private const int NetworkDown = 100;
    private const int NetworkUnreachable = 101;
    private const int ConnectionAborted = 103;
    private const int OutOfBuffers = 105;
    private const int TimedOut = 110;
    private const int HostDown = 112;
    private const int HostUnreachable = 113;

    /// <summary>The step after an error. An error that is not listed can have any cause, so the listener pauses rather than spins.</summary>
    public static AcceptStep Next(int error) => error switch
    {
        WouldBlock => AcceptStep.Wait,

        // Errors of the one connection that was taken from the queue (accept(2), "Error handling"), a rejection by a firewall, or a signal.
        Interrupted or ConnectionAborted or NotPermitted or ProtocolError or NoProtocolOption or NotSupported or NetworkDown or NetworkUnreachable
            or NotOnNetwork or HostDown or HostUnreachable or TimedOut => AcceptStep.Retry,
        TooManyFiles or TooManyFilesInSystem or OutOfMemory or OutOfBuffers => AcceptStep.Pause,
        BadFile or BadAddress or InvalidArgument or NotASocket or NotImplemented => AcceptStep.Stop,
        _ => AcceptStep.Pause,
    };

    /// <summary>Whether the process or the system has no descriptor left.</summary>
    public static bool IsOutOfFiles(int error) => error is TooManyFiles or TooManyFilesInSystem;
}
