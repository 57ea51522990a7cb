using System.Text;
using Longwave.Engine.Health;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Longwave.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Server.Tests.Identity;

public sealed class EndpointGuardTests : IDisposable
{
    private readonly CollectedLogs _logs = new();
    private readonly ILoggerFactory _loggers;
    private readonly AdmissionControl _admission;
    private readonly EndpointGuard _refusals;

    public EndpointGuardTests()
    {
        _loggers = LoggerFactory.Create(builder => builder.AddProvider(_logs));
        var options = new LongwaveOptions();
        _admission = new AdmissionControl(
            options, new ClientAddresses(options.Server), new MemoryWatch(options, new BackgroundLoops(TimeProvider.System, NullLoggerFactory.Instance), TimeProvider.System, _loggers.CreateLogger<MemoryWatch>()), new AnswerBudget(1 << 20), TimeProvider.System);
        _refusals = new EndpointGuard(new ProblemWriter(options.Server), _admission, TimeProvider.System, _loggers.CreateLogger<EndpointGuard>());
    }

    public void Dispose()
    {
        _admission.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task Guard_UnexpectedException_Is500WithoutDetailsAndIsLogged()
    {
        (int status, string body) = await RunAsync(_ => throw new InvalidOperationException("secret path /etc/shadow"));
        Assert.Equal(500, status);
        Assert.Contains("/problems/internal-error", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.Contains("secret", Assert.Single(_logs.Lines), StringComparison.Ordinal);
    }

    /// <summary>A failed allocation is a passing shortage: 503, one log line for all, and new work is rejected until a collection.</summary>
    [Fact]
    public async Task Guard_AllocationFails_Is503AndLoggedOnce()
    {
        for (int i = 0; i < 100; i++)
        {
            (int status, string body) = await RunAsync(_ => Task.FromException(new InsufficientMemoryException()));
            Assert.Equal(503, status);
            Assert.Contains("/problems/short-of-memory", body, StringComparison.Ordinal);
        }

        Assert.Single(_logs.Lines, static line => line.Contains("allocation failed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(408, "request-timeout")]
    [InlineData(413, "request-too-large")]
    [InlineData(400, "bad-request")]
    public async Task Guard_BadRequestOfTheWebServer_IsAProblemAndNotLogged(int status, string problem)
    {
        (int answered, string body) = await RunAsync(_ => throw new BadHttpRequestException("words of the server", status));
        Assert.Equal(status, answered);
        Assert.Contains($"/problems/{problem}", body, StringComparison.Ordinal);
        Assert.Empty(_logs.Lines);
    }

    [Fact]
    public async Task Guard_ClientDisconnected_IsNotAnError()
    {
        var gone = new CancellationToken(canceled: true);
        await RunAsync(context =>
        {
            context.RequestAborted = gone;
            throw new OperationCanceledException(gone);
        });
        Assert.Empty(_logs.Lines);
    }

    [Fact]
    public async Task WriteAsync_AnyProblemType_CarriesItsStatusAndMembers()
    {
        foreach (ProblemType type in ProblemTypes.All)
        {
            (int status, string body) = await RunAsync(context => _refusals.WriteAsync(context, new Problem(type, "why \"é\"\n", "field", 7)));
            Assert.Equal(type.Status, status);
            Assert.Equal(
                $$"""{"type":"{{type.Uri}}","title":"{{type.Title}}","status":{{type.Status}},"detail":"why \"é\"\n","field":"field","index":7}""", body);
        }
    }

    private async Task<(int Status, string Body)> RunAsync(RequestDelegate handler)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await _refusals.Guard(handler)(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
