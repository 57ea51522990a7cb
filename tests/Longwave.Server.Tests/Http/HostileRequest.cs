using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Longwave.Server.Tests.Http;

/// <summary>A request that is valid HTTP but extremely unusual.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Request path.</param>
/// <param name="Query">Query without question mark, as sent.</param>
/// <param name="Headers">Header lines without line ends.</param>
/// <param name="Body">Request body.</param>
/// <param name="Chunked">Whether the body is sent in chunks instead of with a length.</param>
public sealed record HostileRequest(string Method, string Path, string Query, IReadOnlyList<string> Headers, byte[] Body, bool Chunked)
{
    private static readonly string[] Names =
        ["topic", "topic", "topic", "type", "key", "last_event_id", "since", "format", "wait", "limit", "after", "Topic", "topics", "", "%00", "t%6Fpic", "\u00e9"];

    private static readonly string[] Values =
    [
        "a", "b/c", "*", "{x}", "%7Bx%7D", "{", "{+x*}", "{x:3}", "earliest", "2026-11-23T06:57:00Z", "2026-11-23T06:57:00+01:00", "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:60Z", "raw", "cloudevents", "0", "1", "-1", "99999999999999999999", "1e3", "NaN", "", "%00", "%0A",
        "%0D%0A", "%0Ddata:%20x", "%7F", "%C2%85", "%ff", "%E2%82", "%ED%A0%80", "%", "%zz", "+", "%EF%BB%BF", "message", "longwave.gap", "00000000-1",
        "ffffffff-9223372036854775807", "%F0%9F%9A%80", "\u00c3\u00a9", "\u00ff", "a=b", "a;b", ":",
    ];

    private static readonly string[] HeaderValues =
    [
        "", "x", "*/*", "text/event-stream", "application/json", "application/x-ndjson", "application/json;q=0.5, */*;q=0.1", "text/html", ";;;", "q=", "a/b;q=9",
        "application/cloudevents+json", "application/cloudevents-batch+json", "application/cloudevents+avro", "application/x-ndjson; charset=utf-8",
        "text/plain; charset=latin1", "text/plain; charset=\"utf-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "gzip", "identity", "br, gzip",
        "1.0", "0.3", "1", "%E2%82%AC", "%", "\"quoted \\\" text\"", "2018-04-05T17:31:00Z", "00000000-1", "longwave.reset", "\u00c3\u00a9", "\u00ff\u00fe",
    ];

    private static readonly string[] HeaderNames =
    [
        "Accept", "Accept", "Content-Type", "Content-Type", "Content-Type", "Last-Event-ID", "Idempotency-Key", "Content-Encoding", "Accept-Encoding", "ce-specversion", "ce-id",
        "ce-source", "ce-type", "ce-time", "ce-topic", "ce-data", "ce-", "CE-Key", "Cookie", "Range", "If-None-Match", "Origin",
    ];

    private static readonly string[] Bodies =
    [
        "", "hello", "\0\r\n\r\n", "{}", "[]", "[{}]", "null", "{", "\"x\"", """{"specversion":"1.0","type":"t","source":"s","id":"1"}""",
        """{"specversion":"1.0","type":"t","source":"s","id":"2","topic":"a","data":{"x":[1,2,{"y":null}]}}""",
        """[{"specversion":"1.0","type":"t","source":"s","id":"3","topic":"a"},{"specversion":"1.0","type":"t\u0000","source":"s","id":"4"}]""",
        """{"specversion":"1.0","type":"t","source":"s","id":"5","topic":"a","data_base64":"/w=="}""",
        """{"specversion":"1.0","type":"t","source":"s","id":"6","topic":"\ud800","data":"\ud800"}""",
        "\n\n{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"s\",\"id\":\"7\"}\r\n\n{", "\u00ff\u00fe", "[[[[[[[[[[[[[[[[[[[[",
    ];

    /// <summary>Generator of requests to every address.</summary>
    public static Gen<HostileRequest> Any { get; } =
        from method in Gen.Elements("GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "BREW")
        from path in Gen.Elements("/v1/events", "/v1/events", "/v1/events", "/v1/topics", "/healthz", "/readyz", "/v1/nothing", "/V1/EVENTS", "/v1/events/")
        from good in Gen.Elements("", "topic=a")
        from query in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(0, 4))).SelectMany(n => Pair.ArrayOf(n))
        from headers in Gen.Choose(0, 3).SelectMany(n => Header.ArrayOf(n))
        from body in RandomBody
        from chunked in Gen.Elements(true, false)
        select new HostileRequest(method, path, string.Join('&', query.Prepend(good)), headers, body, chunked);

    private static Gen<string> Pair =>
        from name in Gen.Elements(Names)
        from value in Gen.Frequency(
            (8, Gen.Elements(Values)),
            (1, Gen.Choose(1, 3000).Select(n => new string('x', n))),
            (1, Gen.Choose(0x21, 0x7e).Where(c => c != '#').Select(c => (char)c).ArrayOf().Select(c => new string(c))))
        from sign in Gen.Frequency((9, Gen.Constant("=")), (1, Gen.Constant("")))
        select name + sign + value;

    private static Gen<string> Header =>
        from name in Gen.Elements(HeaderNames)
        from value in Gen.Frequency((9, Gen.Elements(HeaderValues)), (1, Gen.Choose(1, 2000).Select(n => new string('h', n))))
        select $"{name}: {value}";

    private static Gen<byte[]> RandomBody => Gen.Frequency(
        (6, Gen.Elements(Bodies).Select(Encoding.Latin1.GetBytes)),
        (2, Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()));

    /// <summary>Bytes of the request, as Latin-1.</summary>
    public string Wire
    {
        get
        {
            var text = new StringBuilder($"{Method} {Path}{(Query.Length > 0 ? "?" : "")}{Query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
            foreach (string header in Headers)
            {
                text.Append(header).Append("\r\n");
            }

            string body = Encoding.Latin1.GetString(Body);
            return Chunked && Body.Length > 0
                ? text.Append($"Transfer-Encoding: chunked\r\n\r\n{Body.Length:x}\r\n{body}\r\n0\r\n\r\n").ToString()
                : text.Append($"Content-Length: {Body.Length}\r\n\r\n{body}").ToString();
        }
    }

    public override string ToString() => Wire;
}
