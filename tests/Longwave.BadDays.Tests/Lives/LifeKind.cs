namespace Longwave.BadDays.Tests.Lives;

/// <summary>A kind of connection.</summary>
/// <param name="Protocol">What it speaks.</param>
/// <param name="Phase">How far it gets.</param>
/// <param name="End">How it ends.</param>
internal sealed record LifeKind(LifeProtocol Protocol, LifePhase Phase, LifeEnd End)
{
    public bool IsTls => Protocol is LifeProtocol.Tls or LifeProtocol.TlsHttp2;

    public bool IsHttp2 => Protocol is LifeProtocol.Http2 or LifeProtocol.TlsHttp2;

    public override string ToString() => $"{Name(Protocol)}, {Name(Phase)}, {Name(End)}";

    private static string Name(LifeProtocol protocol) => protocol switch
    {
        LifeProtocol.Http10 => "HTTP/1.0",
        LifeProtocol.Http11 => "HTTP/1.1",
        LifeProtocol.Http2 => "HTTP/2",
        LifeProtocol.Tls => "TLS HTTP/1.1",
        _ => "TLS HTTP/2",
    };

    private static string Name(LifePhase phase) => phase switch
    {
        LifePhase.Connected => "connected",
        LifePhase.Head => "part of the head",
        LifePhase.Body => "part of the body",
        LifePhase.Answer => "answered",
        LifePhase.Poll => "waiting poll",
        LifePhase.Stream => "stream",
        _ => "unread stream",
    };

    private static string Name(LifeEnd end) => end switch
    {
        LifeEnd.Fin => "FIN",
        LifeEnd.Rst => "RST",
        LifeEnd.HalfClose => "half-close",
        LifeEnd.Silence => "silence",
        LifeEnd.Pipeline => "pipelining",
        LifeEnd.Upgrade => "upgrade",
        _ => "RST_STREAM",
    };
}
