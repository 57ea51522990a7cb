using System.Text.Json;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Longwave.Server.Manage;
using Longwave.Server.Publish;
using Longwave.Server.Subscribe;
using Longwave.Server.Tests.Hosting;

namespace Longwave.Server.Tests.OpenApi;

/// <summary>The OpenAPI description and the code agree.</summary>
public sealed class OpenApiTests(HubFixture fixture) : IClassFixture<HubFixture>
{
    /// <summary>Problem types that belong to no operation: method not allowed.</summary>
    private static readonly ProblemType[] OfNoOperation = [ProblemTypes.MethodNotAllowed];

    private static OpenApiDocument Document => OpenApiDocument.Instance;

    [Fact]
    public async Task Paths_OfTheHub_AreDescribed()
    {
        // The page is not part of the API.
        await using TestHub hub = await TestHub.StartAsync(options => options.Server.Page = false);
        Assert.Equal(hub.Paths.Order(), Document.Paths.Order());
    }

    [Fact]
    public async Task Methods_OfEveryPath_AreThoseOfOptions()
    {
        foreach (string path in Document.Paths)
        {
            using HttpResponseMessage response = await fixture.Hub.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, path));
            Assert.Equal(response.Content.Headers.Allow.Select(m => m.ToLowerInvariant()).Order(), Document.MethodsOf(path).Order());
            string allow = Document.Operation(path, "options").GetProperty("responses").GetProperty("204")
                .GetProperty("headers").GetProperty("Allow").GetProperty("schema").GetProperty("const").GetString()!;
            Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
        }
    }

    [Fact]
    public void Parameters_OfEveryOperation_AreThoseOfTheCode()
    {
        AssertParameters(EventsQuery.Parameters, "/v1/events", "get");
        AssertParameters(EventsQuery.Parameters, "/v1/events", "head");
        AssertParameters(EventsQuery.Parameters, "/v1/events", "query");
        AssertParameters(EventsQuery.Parameters, "/v1/subscribe", "post");
        AssertParameters(PublishQuery.Parameters, "/v1/events", "post");
        AssertParameters(TopicsEndpoint.Parameters, "/v1/topics", "get");
        AssertParameters(TopicsEndpoint.Parameters, "/v1/topics", "head");
        AssertParameters(DeletionEndpoint.Parameters, "/v1/topics", "delete");
        AssertParameters(ConnectionsEndpoint.Parameters, "/v1/connections", "get");
        AssertParameters(ConnectionsEndpoint.Parameters, "/v1/connections", "head");
    }

    [Fact]
    public void Problems_OfTheCode_AreDescribedWithTheirStatus()
    {
        string[] described = [.. Document.Root.GetProperty("components").GetProperty("schemas").GetProperty("Problem")
            .GetProperty("properties").GetProperty("type").GetProperty("enum").EnumerateArray().Select(t => t.GetString()!)];
        Assert.Equal(ProblemTypes.All.Select(t => t.Uri), described);

        Dictionary<string, int> statuses = ProblemTypes.All.ToDictionary(t => t.Name, t => t.Status);
        var listed = new HashSet<string>();
        foreach ((string path, string method) in from p in Document.Paths from m in Document.MethodsOf(p) select (p, m))
        {
            foreach ((string name, int status) in Document.ProblemsOf(path, method))
            {
                Assert.Equal(statuses[name], status);
                listed.Add(name);
            }
        }

        Assert.Equal(ProblemTypes.All.Except(OfNoOperation).Select(t => t.Name).Order(), listed.Order());
    }

    [Fact]
    public void All_ProblemTypes_ContainsEveryFieldOnce()
    {
        IEnumerable<ProblemType> fields = typeof(ProblemTypes).GetFields().Where(f => f.FieldType == typeof(ProblemType)).Select(f => (ProblemType)f.GetValue(null)!);
        Assert.Equal(fields, ProblemTypes.All);
        Assert.Equal(ProblemTypes.All.Count, ProblemTypes.All.Select(t => t.Name).Distinct().Count());
        Assert.Equal(ProblemTypes.All.OrderBy(t => t.Status), ProblemTypes.All);
    }

    [Fact]
    public void References_InTheDocument_Resolve()
    {
        foreach (string reference in References(Document.Root))
        {
            JsonElement at = Document.Root;
            foreach (string part in reference.TrimStart('#', '/').Split('/'))
            {
                Assert.True(at.TryGetProperty(part, out at), reference);
            }
        }
    }

    private static void AssertParameters(IEnumerable<QueryParameter> code, string path, string method) =>
        Assert.Equal(code.Select(p => (p.Name, p.Repeatable)).Order(), Document.QueryOf(path, method).Order());

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(
            p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
