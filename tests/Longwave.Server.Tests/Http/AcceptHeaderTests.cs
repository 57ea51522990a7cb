using Longwave.Server.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Tests.Http;

public sealed class AcceptHeaderTests
{
    [Theory]
    [InlineData(null, "EventStream")]
    [InlineData("", "EventStream")]
    [InlineData("  ", "EventStream")]
    [InlineData("*/*", "EventStream")]
    [InlineData("text/*", "EventStream")]
    [InlineData("TEXT/Event-Stream", "EventStream")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "EventStream")]
    [InlineData("application/json, text/plain, */*", "Json")]
    [InlineData("application/json;q=0.5, text/event-stream;q=0.4", "Json")]
    [InlineData("application/json;q=0.4, text/event-stream;q=0.5", "EventStream")]
    [InlineData("application/json;q=0.5,text/event-stream;q=0.5", "EventStream")]
    [InlineData("application/*", "Ndjson")]
    [InlineData("application/*, application/x-ndjson;q=0, application/ndjson;q=0", "Json")]
    [InlineData("application/ndjson;charset=utf-8", "Ndjson")]
    [InlineData("application/x-ndjson ; q=1.000", "Ndjson")]
    [InlineData("garbage, application/json", "Json")]
    [InlineData("application/json;q=2, text/event-stream;q=0.1", "EventStream")]
    [InlineData("application/json;q=NaN, text/event-stream;q=0.1", "EventStream")]
    [InlineData("*/*, text/event-stream;q=0", "Ndjson")]
    public void TryNegotiate_Acceptable_ChoosesTheBest(string? header, string expected)
    {
        Assert.Null(AcceptHeader.TryNegotiate(new StringValues(header), out EventsMedia media));
        Assert.Equal(Enum.Parse<EventsMedia>(expected), media);
    }

    [Fact]
    public void TryNegotiate_SeveralHeaderLines_AreOneList()
    {
        Assert.Null(AcceptHeader.TryNegotiate(new StringValues(["text/html", "application/json"]), out EventsMedia media));
        Assert.Equal(EventsMedia.Json, media);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("*/*;q=0")]
    [InlineData("*/event-stream")]
    [InlineData("/")]
    [InlineData("text/")]
    [InlineData(",,,")]
    public void TryNegotiate_NothingAcceptable_IsAProblem(string header) =>
        Assert.Equal("Accept", AcceptHeader.TryNegotiate(header, out _)?.Field);
}
