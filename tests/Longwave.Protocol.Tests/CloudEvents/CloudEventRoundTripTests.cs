using System.Buffers;
using System.Text;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.CloudEvents;

/// <summary>An event that is delivered as a CloudEvent and published again is the same event.</summary>
public sealed class CloudEventRoundTripTests
{
    private static readonly string[] Datas =
    [
        "", "hello", "[DONE]", "NaN", "42", "\"quoted\"", "null", "{}", "{\"a\":1}", "{\"a\":1}{\"b\":2}", "{oops", "{\"a\": [1, 2] }", "a\r\nb\n", "\u0000\u001f", "ünï 🌊", "\uFEFF{}",
        Nested(60), Nested(61), Nested(64), Nested(200),
    ];

    public static TheoryData<string, string?, bool> Cases()
    {
        var cases = new TheoryData<string, string?, bool>();
        foreach (string data in Datas)
        {
            foreach (string? contentType in (string?[])[null, "text/plain", "application/json", "application/problem+json; charset=utf-8", "application/xml"])
            {
                cases.Add(data, contentType, false);
                cases.Add(data, contentType, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Write_AnyData_IsReadBackByteForByte(string data, string? contentType, bool isCloudEvent)
    {
        string first = Write(data, contentType, isCloudEvent ? """{"id":"7","source":"/s"}""" : null);
        Assert.True(CloudEventReader.TryRead(Encoding.UTF8.GetBytes(first), default, out Event? e, out _, out EventProblem? problem), problem?.Detail);
        Assert.Equal(data, Encoding.UTF8.GetString(e!.Data.Span));
        Assert.Equal(contentType ?? (isCloudEvent ? null : "text/plain"), e.ContentType);
    }

    [Fact]
    public void Write_WhiteSpaceAroundJson_IsTheOnlyDifference()
    {
        Assert.True(CloudEventReader.TryRead(Encoding.UTF8.GetBytes(Write(" {\r\n \"a\": 1\n}\n", "application/json", null)), default, out Event? e, out _, out _));
        Assert.Equal("{   \"a\": 1 }", Encoding.UTF8.GetString(e!.Data.Span));
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    private static string Write(string data, string? contentType, string? attributes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CloudEventEncoder.Write(buffer, new EventView
        {
            Position = new Position(1, 2), TimeUnixMs = 3, Topic = "t", ContentType = contentType, Attributes = attributes, Data = Encoding.UTF8.GetBytes(data),
        });
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
