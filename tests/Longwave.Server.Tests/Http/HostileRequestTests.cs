using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Longwave.Protocol.Positions;
using Longwave.Server.Tests.Hosting;
using Longwave.Server.Tests.OpenApi;

namespace Longwave.Server.Tests.Http;

public sealed class HostileRequestTests
{
    private const int Runs = 3_000;

    [Fact]
    public async Task Request_AnyRequest_IsAnsweredAsDescribedAndNeverWith5xx()
    {
        await using TestHub hub = await TestHub.StartAsync(options =>
        {
            // Long polls would only prolong the test.
            options.Engine.Limits.MaxPollWaitSeconds = 0;
        });
        var seen = new HashSet<int>();
        Prop.ForAll(HostileRequest.Any.ToArbitrary(), request => { seen.Add(Check(hub, request)); }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));
        Assert.Empty(hub.Logs.Lines);

        // The statuses show that requests pass every check: a generator stopped by the first check would find nothing.
        Assert.Superset(new HashSet<int> { 200, 201, 204, 400, 404, 405, 406, 415 }, seen);
    }

    private static int Check(TestHub hub, HostileRequest request)
    {
        Position before = hub.Engine.Tip;
        (int status, string head, string body) = Send(hub, request);
        Position after = hub.Engine.Tip;
        Assert.InRange(status, 200, 499);
        if (status != 201)
        {
            Assert.Equal(before, after);
        }

        // The web server itself rejects invalid HTTP syntax; such requests do not reach the hub.
        bool ofTheServer = status == 400 && head.Contains("Content-Length: 0", StringComparison.Ordinal);
        if (status >= 400 && !ofTheServer)
        {
            Assert.Contains("application/problem+json", head, StringComparison.Ordinal);
            Assert.True(request.Method == "HEAD" || body.Contains($"\"status\":{status}", StringComparison.Ordinal), body);
        }

        string method = request.Method.ToLowerInvariant();
        string path = request.Path.TrimEnd('/').ToLowerInvariant();
        OpenApiDocument document = OpenApiDocument.Instance;
        if (!ofTheServer && document.Paths.Contains(path))
        {
            // The hub rejects a foreign origin before it checks the method.
            Assert.True(
                document.MethodsOf(path).Contains(method) ? document.HasStatus(path, method, status) : status is 405 or 403,
                $"{method} {path} answered {status}, which is not described.");
        }

        return status;
    }

    /// <summary>Reads the response; of a stream only the head.</summary>
    private static (int Status, string Head, string Body) Send(TestHub hub, HostileRequest request)
    {
        using RawConnection connection = RawConnection.OpenAsync(hub.Address).GetAwaiter().GetResult();
        connection.SendAsync(request.Wire).GetAwaiter().GetResult();
        string head = connection.ReadUntilAsync("\r\n\r\n").GetAwaiter().GetResult();
        int end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string body = head[end..];
        head = head[..end];
        int status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        if (status >= 400)
        {
            body = connection.ReadToEndAsync().GetAwaiter().GetResult();
        }

        return (status, head, body);
    }
}
