using System.Text;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;

namespace Longwave.Protocol.Tests.CloudEvents;

public sealed class CloudEventReaderTests
{
    [Fact]
    public void TryRead_StructuredEvent_KeepsUnknownAttributes()
    {
        Event e = Read("""
            { "specversion" : "1.0", "id" : "7", "source" : "/s", "type" : "tick", "topic" : "t", "key" : "k", "time":"2026-11-23T06:57:00Z",
              "subject" : null, "n" : 5, "datacontenttype" : "application/json", "data" : { "a" : [1, 2] } }
            """, out CloudEventIdentity id);
        Assert.Equal(new CloudEventIdentity("/s", "7"), id);
        Assert.Equal(("t", "tick", "k", "application/json"), (e.Topic, e.Type, e.Key, e.ContentType));
        Assert.Equal("""{"id":"7","source":"/s","time":"2026-11-23T06:57:00Z","n":5}""", e.Attributes);
        Assert.Equal("{ \"a\" : [1, 2] }", Encoding.UTF8.GetString(e.Data.Span));
        Assert.Null(EventRules.Check(e, 100));
    }

    [Theory]
    [InlineData("\"datacontenttype\":\"text/plain\",\"data\":\"a\\nb\"", "a\nb")]
    [InlineData("\"data\":\"a\\nb\"", "\"a\\nb\"")]
    [InlineData("\"data\":null", "null")]
    [InlineData("\"data_base64\":\"aMOp\"", "hé")]
    [InlineData("\"n\":1", "")]
    public void TryRead_Data_FollowsTheContentType(string member, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Read($$"""{"specversion":"1.0","id":"7","source":"/s","type":"tick","topic":"t",{{member}}}""", out _).Data.Span));

    [Theory]
    [InlineData("[]", "body")]
    [InlineData("{", "body")]
    [InlineData("{} {}", "specversion")]
    [InlineData("{\"specversion\":\"0.3\"}", "specversion")]
    [InlineData("{\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"t\"}", "id")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/s\",\"type\":\"t\"}", "id")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":5,\"source\":\"/s\",\"type\":\"t\"}", "id")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}", "topic")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"id\":\"1\"}", "id")]
    [InlineData("{\"n\":1,\"n\":1}", "n")]
    [InlineData("{\"Upper\":1}", "body")]
    [InlineData("{\"n\":1.5}", "n")]
    [InlineData("{\"n\":{}}", "n")]
    [InlineData("{\"time\":\"yesterday\"}", "time")]
    [InlineData("{\"id\":\"\\ud800\"}", "id")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"topic\":\"t\",\"data\":1,\"data_base64\":\"\"}", "data_base64")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"topic\":\"t\",\"data_base64\":\"/w==\"}", "data_base64")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"topic\":\"t\",\"data_base64\":\"%\"}", "data_base64")]
    public void TryRead_FaultyEvent_NamesTheAttribute(string json, string field)
    {
        Assert.False(CloudEventReader.TryRead(Encoding.UTF8.GetBytes(json), default, out Event? e, out _, out EventProblem? problem));
        Assert.Null(e);
        Assert.Equal(field, problem?.Field);
    }

    [Fact]
    public void TryReadBatch_Faulty_NamesTheIndex()
    {
        byte[] json = """[{"specversion":"1.0","id":"1","source":"/s","type":"t"},{"specversion":"1.0"}]"""u8.ToArray();
        Assert.False(CloudEventReader.TryReadBatch(json, new CloudEventDefaults("t", null), out _, out EventProblem? problem));
        Assert.Equal(("id", 1), (problem?.Field, problem?.Index));
    }

    [Fact]
    public void TryReadBinary_Headers_AreDecoded()
    {
        Assert.True(CloudEventReader.TryReadBinary(
            [new("CE-SpecVersion", "1.0"), new("ce-id", "\"a b\""), new("ce-source", "/s"), new("ce-type", "%E2%82%AC"), new("ce-topic", "t"), new("Accept", "*/*")],
            "text/plain", "x"u8.ToArray(), default, out Event? e, out CloudEventIdentity id, out _));
        Assert.Equal("€", e!.Type);
        Assert.Equal(new CloudEventIdentity("/s", "a b"), id);
        Assert.Equal("""{"id":"a b","source":"/s"}""", e.Attributes);
    }

    private static Event Read(string json, out CloudEventIdentity id)
    {
        Assert.True(CloudEventReader.TryRead(Encoding.UTF8.GetBytes(json), default, out Event? e, out id, out EventProblem? problem), problem?.Detail);
        return e!;
    }
}
