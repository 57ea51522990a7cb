using System.Buffers;
using System.Text;
using System.Text.Json;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Protocol.Json;
using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.Vectors;

public sealed class CloudEventVectorTests
{
    private const string File = "cloudevents.json";

    public static TheoryData<string> Names(string array) => VectorFile.Names(File, array);

    [Theory]
    [MemberData(nameof(Names), "read")]
    public void TryRead_Vector_KeepsEveryAttribute(string name)
    {
        JsonElement vector = VectorFile.Find(File, "read", name);
        bool read = CloudEventReader.TryRead(
            VectorFile.Bytes(vector, "json"), Defaults(vector), out Event? e, out CloudEventIdentity id, out EventProblem? problem);
        Assert.True(read, problem?.Detail);
        Assert.Equal(new CloudEventIdentity("/s", "7"), id);
        JsonElement expected = vector.GetProperty("event");
        Assert.Equal(VectorFile.Text(expected, "topic"), e!.Topic);
        Assert.Equal(VectorFile.Text(expected, "type"), e.Type);
        Assert.Equal(VectorFile.Text(expected, "key"), e.Key);
        Assert.Equal(VectorFile.Text(expected, "contentType"), e.ContentType);
        Assert.Equal(VectorFile.Text(expected, "attributes"), e.Attributes);
        Assert.Equal(VectorFile.Text(expected, "data"), Encoding.UTF8.GetString(e.Data.Span));
        Assert.Null(EventRules.Check(e, 1024));
    }

    [Theory]
    [MemberData(nameof(Names), "refused")]
    public void TryRead_RejectedVector_NamesField(string name)
    {
        JsonElement vector = VectorFile.Find(File, "refused", name);
        byte[] json = VectorFile.Bytes(vector, "json");
        Assert.False(CloudEventReader.TryRead(json, Defaults(vector), out Event? e, out _, out EventProblem? problem));
        Assert.Null(e);
        Assert.Equal(VectorFile.Text(vector, "field"), problem?.Field);
        Assert.Equal(VectorFile.Text(vector, "kind"), problem?.Kind.ToString(), ignoreCase: true);
    }

    [Theory]
    [MemberData(nameof(Names), "write")]
    public void Write_Vector_HasBothShapes(string name)
    {
        JsonElement vector = VectorFile.Find(File, "write", name);
        JsonElement e = vector.GetProperty("event");
        Assert.True(Position.TryParse(VectorFile.Text(e, "position"), out Position position));
        var view = new EventView
        {
            Position = position,
            TimeUnixMs = e.GetProperty("timeUnixMs").GetInt64(),
            Topic = VectorFile.Text(e, "topic")!,
            Alternates = e.GetProperty("alternates").EnumerateArray().Select(a => a.GetString()!).ToList(),
            Type = VectorFile.Text(e, "type"),
            Key = VectorFile.Text(e, "key"),
            ContentType = VectorFile.Text(e, "contentType"),
            Attributes = VectorFile.Text(e, "attributes"),
            Data = Encoding.UTF8.GetBytes(VectorFile.Text(e, "data")!),
        };
        var cloud = new ArrayBufferWriter<byte>();
        CloudEventEncoder.Write(cloud, view);
        Assert.Equal(VectorFile.Text(vector, "cloudEvent"), Encoding.UTF8.GetString(cloud.WrittenSpan));
        var native = new ArrayBufferWriter<byte>();
        JsonEventEncoder.Write(native, view);
        Assert.Equal(VectorFile.Text(vector, "native"), Encoding.UTF8.GetString(native.WrittenSpan));
    }

    private static CloudEventDefaults Defaults(JsonElement vector)
    {
        JsonElement defaults = vector.GetProperty("defaults");
        return new CloudEventDefaults(VectorFile.Text(defaults, "topic"), VectorFile.Text(defaults, "key"));
    }
}
