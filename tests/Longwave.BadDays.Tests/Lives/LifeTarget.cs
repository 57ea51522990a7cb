using System.Net;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>The hub that connections are opened to.</summary>
/// <param name="Port">Its port on 127.0.0.1 without TLS.</param>
/// <param name="TlsPort">Its port on 127.0.0.1 with TLS.</param>
/// <param name="Epoch">Epoch of its log, which is in every greeting of a stream and in every answer to a publish.</param>
/// <param name="Limits">Its limits.</param>
internal sealed record LifeTarget(int Port, int TlsPort, string Epoch, LifeLimits Limits)
{
    /// <summary>Topic with more events than a connection buffers.</summary>
    public const string LargeTopic = "large";

    /// <summary>Topic of publishes behind a stream or poll, which the hub must not execute.</summary>
    public const string BehindTopic = "behind";

    /// <summary>Addresses that connections come from: each has limits of its own, and ports of its own.</summary>
    public const int Addresses = 8;

    private const int FirstAddress = 2;

    /// <summary>Whether the hub's own transport serves the cleartext port, as it does when streams are parked.</summary>
    public static bool HasOwnTransport { get; } = Environment.GetEnvironmentVariable("LONGWAVE__SERVER__PARKSTREAMS") != "false";

    /// <summary>Loopback address number <paramref name="index"/>; numbers beyond <see cref="Addresses"/> begin again.</summary>
    public static IPAddress Address(int index) => new([127, 0, 0, (byte)(FirstAddress + (index % Addresses))]);
}
