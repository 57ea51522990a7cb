using System.Text;
using Longwave.BadDays.Tests.Attacks;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>The bytes that a connection sends in its phase.</summary>
internal static class LifeRequests
{
    /// <summary>Requests behind the first one.</summary>
    private const int Pipelined = 8;

    private const int BodyBytes = 64;

    /// <summary>Different patterns of streams, so that the patterns in use come and go.</summary>
    private const int Patterns = 300;

    private const string Poll = "/v1/events?topic=quiet&wait=60";
    private const string ShortPoll = "/v1/events?topic=quiet&wait=1";
    private const string Publish = "/v1/events?topic=answers";
    private const string PublishBehind = $"/v1/events?topic={LifeTarget.BehindTopic}";
    private const string Replay = $"/v1/events?topic={LifeTarget.LargeTopic}&since=earliest";
    private const string Authority = "localhost";

    private static readonly (string, string) AcceptStream = ("accept", "text/event-stream");
    private static readonly (string, string) AcceptJson = ("accept", "application/json");

    /// <summary>Beginning of a handshake of TLS: a record of 512 bytes with a ClientHello, of which most is missing.</summary>
    public static ReadOnlyMemory<byte> PartOfHandshake { get; } = new byte[] { 0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8 };

    /// <summary>Bytes of the phase; the connection is open, and with TLS its handshake is complete.</summary>
    public static byte[] Of(LifeKind kind, Random random) => kind.IsHttp2 ? Http2(kind, random) : Http1(kind, random);

    /// <summary>Frames that open and reset further streams of an HTTP/2 connection, after a reset of the first one.</summary>
    public static byte[] Resets(LifeKind kind, Random random)
    {
        var bytes = new MemoryStream();
        Http2Frames.WriteReset(bytes, 1);
        for (int stream = 3; stream < 3 + (2 * Pipelined); stream += 2)
        {
            Open(bytes, stream, Block(kind, random), Http2Frames.EndStream);
            Http2Frames.WriteReset(bytes, stream);
        }

        return bytes.ToArray();
    }

    private static byte[] Http1(LifeKind kind, Random random)
    {
        string request = kind.Phase switch
        {
            LifePhase.Head or LifePhase.Stream => Get(kind, StreamPath(random), AcceptStream),
            LifePhase.Unread => Get(kind, Replay, AcceptStream),
            LifePhase.Poll => Get(kind, kind.End == LifeEnd.Silence ? ShortPoll : Poll, AcceptJson),
            _ => Post(kind, Publish),
        };
        int length = kind.Phase switch
        {
            LifePhase.Head => random.Next(1, request.Length - 4),
            LifePhase.Body => request.Length - random.Next(1, BodyBytes),
            _ => request.Length,
        };
        if (kind.End == LifeEnd.Pipeline)
        {
            string behind = Post(kind, kind.Phase == LifePhase.Answer ? Publish : PublishBehind) + Get(kind, Poll, AcceptJson);
            request += string.Concat(Enumerable.Repeat(behind, Pipelined));
            length = request.Length;
        }

        return Encoding.ASCII.GetBytes(request, 0, length);
    }

    private static string Get(LifeKind kind, string path, (string Name, string Value) accept) =>
        $"GET {path} {Version(kind)}\r\nHost: {Authority}\r\n{accept.Name}: {accept.Value}\r\n{Upgrade(kind)}\r\n";

    private static string Post(LifeKind kind, string path) =>
        $"POST {path} {Version(kind)}\r\nHost: {Authority}\r\nContent-Length: {BodyBytes}\r\n\r\n{new string('x', BodyBytes)}";

    private static string Version(LifeKind kind) => kind.Protocol == LifeProtocol.Http10 ? "HTTP/1.0" : "HTTP/1.1";

    private static string Upgrade(LifeKind kind) => kind switch
    {
        { End: not LifeEnd.Upgrade } => "",
        { Phase: LifePhase.Stream } => "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        _ => "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    };

    private static byte[] Http2(LifeKind kind, Random random)
    {
        var bytes = new MemoryStream();
        bytes.Write(Http2Frames.Start());
        int before = (int)bytes.Length;
        bool isPublish = kind.Phase is LifePhase.Body or LifePhase.Answer;
        Open(bytes, 1, Block(kind, random), isPublish || kind.End == LifeEnd.Upgrade ? (byte)0 : Http2Frames.EndStream);
        if (isPublish)
        {
            Http2Frames.Write(bytes, Http2Frames.Data, kind.Phase == LifePhase.Answer ? Http2Frames.EndStream : (byte)0, 1, Encoding.ASCII.GetBytes(new string('x', BodyBytes)));
        }

        int length = (int)bytes.Length;
        return bytes.ToArray()[..(kind.Phase == LifePhase.Head ? random.Next(before + 1, length) : length)];
    }

    private static byte[] Block(LifeKind kind, Random random) => kind.Phase switch
    {
        LifePhase.Body or LifePhase.Answer => Http2Frames.HeaderBlock("POST", Publish, Authority, kind.IsTls),
        LifePhase.Poll => Http2Frames.HeaderBlock("GET", Poll, Authority, kind.IsTls, AcceptJson),
        LifePhase.Unread => Http2Frames.HeaderBlock("GET", Replay, Authority, kind.IsTls, AcceptStream),

        // Extended CONNECT (RFC 8441), the upgrade of HTTP/2.
        _ when kind.End == LifeEnd.Upgrade => Http2Frames.HeaderBlock("CONNECT", StreamPath(random), Authority, kind.IsTls, (":protocol", "websocket"), AcceptStream),
        _ => Http2Frames.HeaderBlock("GET", StreamPath(random), Authority, kind.IsTls, AcceptStream),
    };

    private static void Open(MemoryStream bytes, int stream, byte[] block, byte flags) =>
        Http2Frames.Write(bytes, Http2Frames.Headers, (byte)(Http2Frames.EndHeaders | flags), stream, block);

    private static string StreamPath(Random random) => $"/v1/events?topic=lives%2F{random.Next(Patterns)}%2F%7Bx%7D";
}
