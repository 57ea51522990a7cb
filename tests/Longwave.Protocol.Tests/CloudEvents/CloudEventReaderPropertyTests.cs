using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;

namespace Longwave.Protocol.Tests.CloudEvents;

public sealed class CloudEventReaderPropertyTests
{
    private static readonly byte[] Valid = """
        [{"specversion":"1.0","id":"1","source":"/s","type":"t","topic":"p/q","x":1,"time":"2026-11-23T06:57:00Z","data":{"a":"é"}},
        {"specversion":"1.0","id":"2","source":"/s","type":"t","topic":"p/q","data_base64":"aMOp"}]
        """u8.ToArray();

    private static readonly byte[][] Splices =
        [[], [0xFF], [0], "\""u8.ToArray(), "\\ud800"u8.ToArray(), "\\"u8.ToArray(), "{"u8.ToArray(), "]"u8.ToArray(), ","u8.ToArray(), "null"u8.ToArray(), "\n"u8.ToArray(), "-1"u8.ToArray(), "%"u8.ToArray()];

    [Fact]
    public void TryReadAndBatch_DamagedJson_GiveAProblemOrAnEventAndNeverThrow()
    {
        Gen<byte[]> damaged =
            from at in Gen.Choose(0, Valid.Length)
            from cut in Gen.Choose(0, Valid.Length - at)
            from shorter in Gen.Choose(0, 8)
            from splice in Gen.Elements(Splices)
            select (byte[])[.. Valid[..at], .. splice, .. Valid[(at + Math.Min(cut, shorter))..]];
        Prop.ForAll(damaged.ToArbitrary(), json =>
        {
            bool batch = CloudEventReader.TryReadBatch(json, default, out List<ParsedCloudEvent> events, out EventProblem? problem);
            Assert.Equal(batch, problem is null);
            Assert.True(batch || events.Count == 0);
            ReadOnlySpan<byte> first = json.AsSpan(Math.Min(1, json.Length), json.AsSpan().IndexOf((byte)'\n') is var end and > 1 ? end - 2 : Math.Max(0, json.Length - 1));
            Assert.Equal(
                CloudEventReader.TryRead(first, default, out Event? e, out CloudEventIdentity id, out problem),
                problem is null && e is not null && id.Id is not null);
        }).Check(Texts.Runs(10_000));
    }

    [Fact]
    public void TryReadBinary_AnyHeaders_GiveAProblemOrAnEventAndNeverThrow()
    {
        Gen<string> name = Gen.Elements("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-topic", "ce-time", "ce-x", "ce-", "ce-É", "ce-data", "Host");
        Gen<string> value = Gen.OneOf(Texts.Any, Gen.Elements("1.0", "\"", "\"\"", "\"a\\\"", "%", "%4", "%C3%28", "%e2%82%ac", "2026-11-23T06:57:00Z"));
        Gen<KeyValuePair<string, string>> header = from n in name from v in value select new KeyValuePair<string, string>(n, v);
        Prop.ForAll(header.ListOf().ToArbitrary(), headers =>
        {
            KeyValuePair<string, string>[] all = [new("ce-specversion", "1.0"), new("CE-ID", "1"), new("ce-source", "s"), new("ce-type", "t"), .. headers.Take(2)];
            bool read = CloudEventReader.TryReadBinary(all, null, default, new CloudEventDefaults("t", null), out Event? e, out _, out EventProblem? problem);
            Assert.Equal(read, problem is null);
            Assert.Equal(read, e is not null);
            if (read && EventRules.CheckTopic(e!.Topic) is null && EventRules.CheckType(e.Type) is null)
            {
                Assert.Null(EventRules.Check(e, 10));
            }
        }).Check(Texts.Runs(3000));
    }

    [Theory]
    [InlineData("ce-id", "", "ce-id")]
    [InlineData("ce-id", "%", "ce-id")]
    [InlineData("ce-id", "%FF", "ce-id")]
    [InlineData("ce-id", "a%0Ab", "ce-id")]
    [InlineData("ce-time", "now", "ce-time")]
    [InlineData("ce-a-b", "x", "ce-a-b")]
    [InlineData("ce-datacontenttype", "x", "ce-datacontenttype")]
    [InlineData("ce-SOURCE", "again", "ce-source")]
    public void TryReadBinary_FaultyHeader_IsNamed(string header, string value, string field)
    {
        var headers = new List<KeyValuePair<string, string>> { new("ce-specversion", "1.0"), new("ce-source", "s"), new("ce-type", "t"), new("ce-topic", "t"), new(header, value) };
        if (header != "ce-id")
        {
            headers.Add(new("ce-id", "1"));
        }

        Assert.False(CloudEventReader.TryReadBinary(headers, null, default, default, out _, out _, out EventProblem? problem));
        Assert.Equal(field, problem?.Field);
    }

    [Fact]
    public void TryReadBinary_NoTopic_NamesTopic()
    {
        var headers = new List<KeyValuePair<string, string>> { new("ce-specversion", "1.0"), new("ce-source", "s"), new("ce-type", "t"), new("ce-id", "1") };
        Assert.False(CloudEventReader.TryReadBinary(headers, null, Encoding.UTF8.GetBytes("x"), default, out _, out _, out EventProblem? problem));
        Assert.Equal("topic", problem?.Field);
    }
}
