using System.Net;
using System.Net.Http.Headers;
using Longwave.Client.Failures;

namespace Longwave.Client.Tests.Failures;

public sealed class FailureReaderTests
{
    private const string Hub = "http://hub.example";

    [Fact]
    public async Task FromResponse_RetryAfterInSeconds_IsKept()
    {
        using HttpResponseMessage response = Response(503, """{"detail":"Too much waits."}""");
        response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(3));

        HubFailure failure = await ReadAsync(response);

        Assert.Equal(TimeSpan.FromSeconds(3), failure.RetryAfter);
    }

    [Theory]
    [InlineData(1976)]
    [InlineData(2036)]
    public async Task FromResponse_RetryAfterAsADate_CountsFromTheServersOwnDate(int year)
    {
        var now = new DateTimeOffset(year, 11, 23, 6, 57, 0, TimeSpan.Zero);

        Assert.Null(await RetryAfterAsync(null));
        Assert.Equal(TimeSpan.FromSeconds(5), await RetryAfterAsync(now));
        Assert.Null(await RetryAfterAsync(now.AddSeconds(6)));

        async Task<TimeSpan?> RetryAfterAsync(DateTimeOffset? date)
        {
            using HttpResponseMessage response = Response(503, "{}");
            response.Headers.RetryAfter = new RetryConditionHeaderValue(now.AddSeconds(5));
            response.Headers.Date = date;
            return (await ReadAsync(response)).RetryAfter;
        }
    }

    [Theory]
    [InlineData("application/problem+json;")]
    [InlineData("Application/Problem+JSON; charset")]
    public async Task FromResponse_ProblemWithMalformedMediaType_IsRead(string type)
    {
        using HttpResponseMessage response = Response(400, """{"detail":"Too long."}""");
        response.Content.Headers.Remove("Content-Type");
        response.Content.Headers.TryAddWithoutValidation("Content-Type", type);

        Assert.Equal("The hub answered: Too long.", (await ReadAsync(response)).Message);
    }

    [Fact]
    public async Task FromResponse_Problem_IsASentenceWithItsFieldAndIndex()
    {
        using HttpResponseMessage response = Response(400, """{"status":400,"detail":"Too long.","field":"topic","index":7}""");

        HubFailure failure = await ReadAsync(response);

        Assert.Equal("The hub answered: Too long. [topic]", failure.Message);
        Assert.Equal(7, failure.Index);
        Assert.False(failure.IsTemporary);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"detail\":7}")]
    public async Task FromResponse_InvalidProblem_ReportsTheStatus(string body)
    {
        using HttpResponseMessage response = Response(502, body);

        HubFailure failure = await ReadAsync(response);

        Assert.Equal("http://hub.example answered 502 Bad Gateway, which is not the response of a hub.", failure.Message);
        Assert.True(failure.IsTemporary);
    }

    [Theory]
    [InlineData(400, "x", false)]
    [InlineData(429, "x", true)]
    [InlineData(500, "internal-error", true)]
    [InlineData(503, "overloaded", true)]
    [InlineData(507, "disk-full", true)]
    [InlineData(507, "too-many-topics", false)]
    public async Task FromResponse_Status_DecidesWhetherARetryMayHelp(int status, string type, bool temporary)
    {
        using HttpResponseMessage response = Response(status, $$"""{"type":"https://longwave.dev/problems/{{type}}","status":{{status}},"detail":"No."}""");

        Assert.Equal(temporary, (await ReadAsync(response)).IsTemporary);
    }

    private static HttpResponseMessage Response(int status, string body) => new((HttpStatusCode)status)
    {
        Content = new StringContent(body, new MediaTypeHeaderValue("application/problem+json")),
    };

    private static Task<HubFailure> ReadAsync(HttpResponseMessage response) =>
        FailureReader.FromResponseAsync(Hub, response, CancellationToken.None);
}
