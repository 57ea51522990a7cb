namespace Longwave.BadDays.Tests.Lives;

/// <summary>The kinds of connections: each phase with each way to end that it can have, spread over the protocols.</summary>
internal static class LifeKinds
{
    private const LifeProtocol Http10 = LifeProtocol.Http10;
    private const LifeProtocol Http11 = LifeProtocol.Http11;
    private const LifeProtocol Http2 = LifeProtocol.Http2;
    private const LifeProtocol Tls = LifeProtocol.Tls;
    private const LifeProtocol TlsHttp2 = LifeProtocol.TlsHttp2;

    public static IReadOnlyList<LifeKind> All { get; } =
    [
        .. Of(LifePhase.Connected, LifeEnd.Fin, Http11),
        .. Of(LifePhase.Connected, LifeEnd.Rst, Tls),
        .. Of(LifePhase.Connected, LifeEnd.HalfClose, Http11),
        .. Of(LifePhase.Connected, LifeEnd.Silence, Http11, Tls),

        .. Of(LifePhase.Head, LifeEnd.Fin, Http10, Http2),
        .. Of(LifePhase.Head, LifeEnd.Rst, Http11),
        .. Of(LifePhase.Head, LifeEnd.HalfClose, TlsHttp2),
        .. Of(LifePhase.Head, LifeEnd.Silence, Http11, Http2),

        .. Of(LifePhase.Body, LifeEnd.Fin, Http11),
        .. Of(LifePhase.Body, LifeEnd.Rst, Http2),
        .. Of(LifePhase.Body, LifeEnd.HalfClose, Http10),
        .. Of(LifePhase.Body, LifeEnd.Silence, Http11),

        .. Of(LifePhase.Answer, LifeEnd.Rst, TlsHttp2),
        .. Of(LifePhase.Answer, LifeEnd.HalfClose, Http11, Tls),
        .. Of(LifePhase.Answer, LifeEnd.Silence, Http2),
        .. Of(LifePhase.Answer, LifeEnd.Pipeline, Http11),

        .. Of(LifePhase.Poll, LifeEnd.Fin, Http11),
        .. Of(LifePhase.Poll, LifeEnd.Rst, Http10, Tls),
        .. Of(LifePhase.Poll, LifeEnd.HalfClose, Http11),
        .. Of(LifePhase.Poll, LifeEnd.Silence, Http11),
        .. Of(LifePhase.Poll, LifeEnd.Pipeline, Http11),
        .. Of(LifePhase.Poll, LifeEnd.Upgrade, Http11),
        .. Of(LifePhase.Poll, LifeEnd.Reset, Http2),

        .. Of(LifePhase.Stream, LifeEnd.Fin, Http10),
        .. Of(LifePhase.Stream, LifeEnd.Rst, Http11),
        .. Of(LifePhase.Stream, LifeEnd.HalfClose, Tls),
        .. Of(LifePhase.Stream, LifeEnd.Pipeline, Http11, Tls),
        .. Of(LifePhase.Stream, LifeEnd.Upgrade, Http11, Http2),
        .. Of(LifePhase.Stream, LifeEnd.Reset, TlsHttp2),

        .. Of(LifePhase.Unread, LifeEnd.Rst, Http11),
        .. Of(LifePhase.Unread, LifeEnd.Silence, Http11, Http2),
        .. Of(LifePhase.Unread, LifeEnd.Reset, Http2),
    ];

    private static IEnumerable<LifeKind> Of(LifePhase phase, LifeEnd end, params LifeProtocol[] protocols) =>
        protocols.Select(protocol => new LifeKind(protocol, phase, end));
}
