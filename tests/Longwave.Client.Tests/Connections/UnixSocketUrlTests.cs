using System.Net.Sockets;
using System.Text;
using Longwave.Client.Failures;
using Longwave.Client.Publishing;
using Longwave.Client.Subscriptions;
using Longwave.Client.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Longwave.Client.Tests.Connections;

/// <summary>Clients of a hub that listens on a unix socket.</summary>
public sealed class UnixSocketUrlTests
{
    [Fact]
    public async Task Client_SocketUrl_PublishesAndSubscribesAcrossARestart()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        await using var client = new LongwaveClient(hub.SocketUrl);
        Assert.Equal(hub.SocketUrl, client.Hub.OriginalString);
        await client.PublishAsync("t", "a");
        await using IAsyncEnumerator<ReceivedEvent> events = client.Subscribe(new SubscriptionOptions { Selectors = ["t"], Since = SubscriptionOptions.Earliest }).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("a", events.Current.Data);

        await hub.StopAsync();
        LongwaveException gone = await Assert.ThrowsAsync<LongwaveException>(
            () => client.PublishAsync(new OutgoingEvent("t", "lost"), new PublishOptions { RetryFor = TimeSpan.Zero }));
        Assert.Equal((FailureKind.ConnectionRefused, $"No hub listens at {hub.SocketUrl}."), (gone.Failure.Kind, gone.Failure.Message));

        await hub.StartAsync();
        await client.PublishAsync("t", "b");
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("b", events.Current.Data);
    }

    [Fact]
    public async Task AddLongwaveClient_SocketUrl_ConnectsToTheSocket()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        var services = new ServiceCollection();
        services.AddLongwaveClient(new Uri(hub.SocketUrl));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.NotEmpty((await provider.GetRequiredService<LongwaveClient>().PublishAsync("t", "a")).Position.ToString()!);
    }

    [Fact]
    public async Task Client_RedirectToAnotherServer_ConnectsToIt()
    {
        await using TestHub hub = await TestHub.StartedAsync();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("longwave-redirect-");
        string path = Path.Combine(directory.FullName, "old.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task answering = RedirectAsync(listener, $"{hub.Url}/v1/events?topic=t");

        await using var client = new LongwaveClient($"http://unix:{path}");
        await client.PublishAsync("t", "a");
        await answering;
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Client_SocketUrlWithAnHttpClient_IsRejected()
    {
        using var http = new HttpClient();
        ArgumentException error = Assert.Throws<ArgumentException>(() => new LongwaveClient(new Uri("http://unix:/run/hub.sock"), http));
        Assert.Contains("pass no HttpClient", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://unix:/run/hub.sock", "has no TLS")]
    [InlineData("http://unix:hub.sock", "absolute path")]
    [InlineData("http://unix:/run/longwave/", "absolute path")]
    public void Client_InvalidSocketUrl_IsRejectedWithTheReason(string url, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new LongwaveClient(url)).Message, StringComparison.Ordinal);

    private static async Task RedirectAsync(Socket listener, string target)
    {
        using Socket connection = await listener.AcceptAsync();
        var request = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!request.ToString().EndsWith("\r\n\r\na", StringComparison.Ordinal))
        {
            int length = await connection.ReceiveAsync(buffer);
            Assert.NotEqual(0, length);
            request.Append(Encoding.UTF8.GetString(buffer, 0, length));
        }

        await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 307 Temporary Redirect\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"));
    }
}
