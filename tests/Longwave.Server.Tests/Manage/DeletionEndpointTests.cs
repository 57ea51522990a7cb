using System.Net;
using System.Text.Json;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.Identity;

namespace Longwave.Server.Tests.Manage;

public sealed class DeletionEndpointTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    private TestHub Hub => fixture.Hub;

    [Fact]
    public async Task Delete_Topic_AnswersWhatWasDeleted()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "one");
        string last = await Hub.PublishAsync(topic, "two");
        JsonElement answer = await DeleteAsync($"?topic={topic}");
        Assert.Equal($$"""{"topic":"{{topic}}","deleted":true,"deleted_through":"{{last}}","empty":true}""", answer.GetRawText());
        Assert.Equal(0, (await Hub.PollAsync($"?topic={topic}&since=earliest")).GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task Delete_ThroughAPosition_KeepsTheEventsAfterIt()
    {
        string topic = fixture.NewTopic();
        string first = await Hub.PublishAsync(topic, "one");
        await Hub.PublishAsync(topic, "two");
        JsonElement answer = await DeleteAsync($"?topic={topic}&through={first}");
        Assert.Equal($$"""{"topic":"{{topic}}","deleted":true,"deleted_through":"{{first}}","empty":false}""", answer.GetRawText());
        Assert.False((await DeleteAsync($"?topic={topic}&through={first}")).GetProperty("deleted").GetBoolean());
        JsonElement left = Assert.Single((await Hub.PollAsync($"?topic={topic}&since=earliest")).GetProperty("events").EnumerateArray());
        Assert.Equal("two", left.GetProperty("data").GetString());
    }

    [Fact]
    public async Task Delete_BeforeATime_KeepsLaterEvents()
    {
        string topic = fixture.NewTopic();
        await Hub.PublishAsync(topic, "one");
        Assert.False((await DeleteAsync($"?topic={topic}&before=1h")).GetProperty("deleted").GetBoolean());
        Assert.True((await DeleteAsync($"?topic={topic}&before=2100-01-01T00:00:00Z")).GetProperty("deleted").GetBoolean());
    }

    [Theory]
    [InlineData("", 400, "missing-parameter", "topic")]
    [InlineData("?topic=", 400, "missing-parameter", "topic")]
    [InlineData("?topic=never-published", 404, "not-found", "topic")]
    [InlineData("?topic=*", 404, "not-found", "topic")]
    [InlineData("?topic=a&topic=b", 400, "repeated-parameter", "topic")]
    [InlineData("?topic=a&through=x", 400, "invalid-parameter", "through")]
    [InlineData("?topic=a&through=00000001-1", 400, "invalid-parameter", "through")]
    [InlineData("?topic=a&before=yesterday", 400, "invalid-parameter", "before")]
    [InlineData("?topic=a&through=x&before=1h", 400, "invalid-parameter", "before")]
    [InlineData("?topic=a&until=1h", 400, "unknown-parameter", "until")]
    public async Task Delete_InvalidRequest_IsRejected(string query, int status, string name, string field)
    {
        using HttpResponseMessage response = await Hub.Http.DeleteAsync($"/v1/topics{query}");
        await TestHub.AssertProblemAsync(response, status, name, field);
    }

    [Fact]
    public async Task Delete_PositionThatIsAhead_IsRejected()
    {
        string topic = fixture.NewTopic();
        string last = await Hub.PublishAsync(topic, "one");
        string ahead = last.Split('-')[0] + "-999999999";
        using HttpResponseMessage response = await Hub.Http.DeleteAsync($"/v1/topics?topic={topic}&through={ahead}");
        await TestHub.AssertProblemAsync(response, 400, "invalid-parameter", "through");
    }

    [Fact]
    public async Task Delete_CallerWithoutTheAdminRole_IsRejectedAndNothingIsDeleted()
    {
        await using IdentityHub identity = await IdentityHub.StartAsync();
        await identity.PublishAsync("t", "x");
        (string Name, string Value) writer = IdentityHub.Bearer(identity.Issuer.Token("writer", """{"publish":["*"],"subscribe":["*"]}"""));
        using (HttpResponseMessage forbidden = await identity.SendAsync(HttpMethod.Delete, "/v1/topics?topic=t", writer))
        {
            await TestHub.AssertProblemAsync(forbidden, 403, "forbidden");
        }

        using (HttpResponseMessage anonymous = await identity.SendAsync(HttpMethod.Delete, "/v1/topics?topic=t"))
        {
            await TestHub.AssertProblemAsync(anonymous, 401, "unauthorized");
        }

        Assert.Equal(1, identity.Hub.Engine.Topics(null, null, 10).Topics.Single(static topic => topic.Name == "t").Count);
        Assert.DoesNotContain(identity.Hub.Logs.Lines, static line => line.Contains("Deletion", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Delete_ByAnAdministrator_IsLoggedWithSubjectAndAddress()
    {
        await using IdentityHub identity = await IdentityHub.StartAsync();
        await identity.PublishAsync("orders/7", "x");
        using HttpResponseMessage response = await identity.SendAsync(HttpMethod.Delete, "/v1/topics?topic=orders/7", IdentityHub.Bearer(identity.Admin()));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string line = Assert.Single(identity.Hub.Logs.Lines, static line => line.Contains("Deletion", StringComparison.Ordinal));
        Assert.Contains("from topic orders/7 through", line, StringComparison.Ordinal);
        Assert.Contains("Requested by root", line, StringComparison.Ordinal);
        Assert.Contains("from 127.0.0.1", line, StringComparison.Ordinal);
    }

    private async Task<JsonElement> DeleteAsync(string query)
    {
        using HttpResponseMessage response = await Hub.Http.DeleteAsync($"/v1/topics{query}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await TestHub.ReadJsonAsync(response);
    }
}
