using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Longwave.Server.Kestrel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Server.Tests.Publish;

/// <summary>
/// Allocation of a publish, in a real server over a real socket, minus the allocation of the same request to an endpoint that
/// does nothing. The measurement covers the whole process, so nothing else may run.
/// </summary>
[Collection(nameof(PublishAllocationTests))]
[CollectionDefinition(nameof(PublishAllocationTests), DisableParallelization = true)]
public sealed class PublishAllocationTests
{
    private const int Requests = 200;
    private const int Rounds = 3;
    private const int LargeBody = 64 * 1024;

    /// <param name="bodyBytes">Size of the body.</param>
    /// <param name="bound">
    /// Maximum bytes per publish, including everything that stays in the hot tail. The large body shows the number of copies: one, from the buffers
    /// of the connection to the event.
    /// </param>
    [Theory]
    [InlineData(100, 1_500)]
    [InlineData(LargeBody, LargeBody + 4_096)]
    public async Task Post_RawBody_AllocatesAtMostItsLimit(int bodyBytes, long bound)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("longwave-allocation-");
        try
        {
            await using WebApplication app = Build(directory.FullName);
            await app.StartAsync();
            var address = new Uri(app.Urls.First(static url => !CleartextHttp2.IsInternal(url)));
            long empty = Measure(address, "/empty", bodyBytes);
            long publish = Measure(address, "/v1/events?topic=prices%2FAAPL&type=tick", bodyBytes);
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"a publish: {publish - empty} bytes ({publish} less {empty} of an empty endpoint)"));
            Assert.InRange(publish - empty, 1, bound);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static WebApplication Build(string directory)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.ListenCleartext(new IPEndPoint(IPAddress.Loopback, 0)));
        builder.Services.AddCleartextHttp2();
        builder.Services.AddLongwave(options =>
        {
            options.Engine.DataDirectory = directory;
            options.Engine.DrainWindow = TimeSpan.Zero;
            options.Engine.RetentionInterval = TimeSpan.FromHours(1);
        });
        WebApplication app = builder.Build();
        app.MapLongwave();
        app.Map("/empty", AnswerAsync);
        return app;
    }

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Allocated bytes per request: the minimum of several rounds, because timers and the JIT compiler allocate occasionally.</summary>
    private static long Measure(Uri address, string path, int bodyBytes)
    {
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(address.Host, address.Port);
        byte[] request = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: text/plain\r\nContent-Length: {bodyBytes}\r\n\r\n{new string('x', bodyBytes)}");
        byte[] answer = new byte[4_096];
        for (int round = 0; round < Rounds; round++)
        {
            Post(client, request, answer);
        }

        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Post(client, request, answer);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests);
        }

        return least;
    }

    private static void Post(Socket client, byte[] request, byte[] answer)
    {
        for (int i = 0; i < Requests; i++)
        {
            client.Send(request);
            int read = 0;
            do
            {
                read += client.Receive(answer.AsSpan(read));
            }
            while (!IsWhole(answer.AsSpan(0, read)));

            Assert.True(answer.AsSpan().StartsWith("HTTP/1.1 201 "u8));
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8);
        return head >= 0 && (answer.EndsWith("}"u8) || answer[..(head + 2)].IndexOf("Content-Length: 0\r\n"u8) >= 0);
    }
}
