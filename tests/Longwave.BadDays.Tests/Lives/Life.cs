using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwave.BadDays.Tests.Lives;

/// <summary>Opens connections, brings each to its phase, and ends it.</summary>
/// <param name="target">The hub.</param>
internal sealed class Life(LifeTarget target)
{
    private const int BufferBytes = 16 * 1024;

    /// <summary>Longest pause after a request whose phase no byte from the hub reports: the end comes before, while and after the hub opens the poll.</summary>
    private const int MaxPauseMs = 20;

    /// <summary>Time after which the hub must have ended a connection whose client does nothing. Far longer than its time limits.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(45);

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _mark = Encoding.ASCII.GetBytes(target.Epoch);

    /// <summary>Runs one life.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="from">Address of the client.</param>
    /// <param name="random">Where requests are cut, and how long polls wait.</param>
    /// <exception cref="LifeFailedException">The hub rejected the request, or did not end the connection.</exception>
    public async Task RunAsync(LifeKind kind, IPAddress from, Random random)
    {
        using var bound = new CancellationTokenSource(Bound, TimeProvider.System);
        try
        {
            await using LifeConnection connection = await LifeConnection.OpenAsync(
                from, kind.IsTls ? target.TlsPort : target.Port, kind.Phase == LifePhase.Unread, _buffer, bound.Token);
            await ReachAsync(connection, kind, random, bound.Token);
            await EndAsync(connection, kind, random, bound.Token);
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested)
        {
            throw new LifeFailedException($"{kind}: the hub did not answer or end the connection within {Bound.TotalSeconds} s");
        }
        catch (Exception failed) when (failed is LifeFailedException or SocketException or IOException)
        {
            throw new LifeFailedException($"{kind}: {failed.Message}");
        }
    }

    private async Task ReachAsync(LifeConnection connection, LifeKind kind, Random random, CancellationToken cancellation)
    {
        if (kind.Phase == LifePhase.Connected)
        {
            if (kind.IsTls)
            {
                await connection.SendAsync(LifeRequests.PartOfHandshake, cancellation);
            }

            return;
        }

        if (kind.IsTls)
        {
            await connection.SecureAsync(kind.IsHttp2, cancellation);
        }

        await connection.SendAsync(LifeRequests.Of(kind, random), cancellation);

        // An extended CONNECT is rejected. A half-close after a publish comes before its answer.
        bool isAnswered = kind.Phase is LifePhase.Stream or LifePhase.Unread or LifePhase.Answer
            && !(kind.IsHttp2 && kind.End == LifeEnd.Upgrade)
            && !(kind.Phase == LifePhase.Answer && kind.End == LifeEnd.HalfClose);
        if (isAnswered)
        {
            await connection.ReadUntilAsync(_mark, cancellation);
        }
        else
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(MaxPauseMs)), TimeProvider.System, cancellation);
        }
    }

    private async Task EndAsync(LifeConnection connection, LifeKind kind, Random random, CancellationToken cancellation)
    {
        switch (kind.End)
        {
            case LifeEnd.Rst:
                connection.Reset();
                return;
            case LifeEnd.HalfClose:
                await connection.FinishSendingAsync();
                if (kind.Phase == LifePhase.Answer && !kind.IsTls && LifeTarget.HasOwnTransport)
                {
                    // For TLS, and for the web server's sockets, the end of the client's side is the end of the connection.
                    await connection.ReadUntilAsync(_mark, cancellation);
                }

                await connection.ReadToEndAsync(cancellation);
                return;
            case LifeEnd.Silence:
                if (kind.Phase == LifePhase.Unread)
                {
                    // A client that reads nothing sees no end. What it reads afterwards is what the kernel kept, and then the end.
                    await Task.Delay(3 * LifeLimits.Timeout, TimeProvider.System, cancellation);
                }

                await connection.ReadToEndAsync(cancellation);
                return;
            case LifeEnd.Reset:
                await connection.SendAsync(LifeRequests.Resets(kind, random), cancellation);
                break;
        }

        await connection.FinishSendingAsync();
    }
}
