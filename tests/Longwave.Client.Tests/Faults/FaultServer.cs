using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Longwave.Client.Tests.Hosting;

namespace Longwave.Client.Tests.Faults;

/// <summary>
/// Plays a script on raw sockets, because an HTTP server would not send invalid responses. <see cref="Problems"/> contains differences between requests and script.
/// </summary>
internal sealed class FaultServer : IAsyncDisposable
{
    private const int ClockToleranceMs = 30;

    private readonly RawListener _listener;
    private readonly FaultScript _script;
    private readonly int? _bodyLength;
    private readonly TaskCompletionSource[] _answered;

    // Guards _requests, _endedAt, _problems.
    private readonly Lock _lock = new();
    private readonly List<string> _problems = [];
    private int _requests;
    private long _endedAt;

    /// <param name="script">The script.</param>
    /// <param name="bodyLength">Number of bytes after which the first response ends; null to end it where the script does.</param>
    public FaultServer(FaultScript script, int? bodyLength)
    {
        (_script, _bodyLength) = (script, bodyLength);
        _answered = [.. script.Requests.Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        _listener = new RawListener((socket, _) => ServeAsync(socket));
    }

    public string Url => _listener.Url;

    /// <summary>Completes when every request of the script has arrived.</summary>
    public Task AllCame => Task.WhenAll(_answered.Select(static a => a.Task));

    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_lock)
            {
                return [.. _problems];
            }
        }
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                if (await ReadHeadAsync(socket) is { } head)
                {
                    await AnswerAsync(socket, head);
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // The client disconnected, or the test has ended.
            }
        }
    }

    private async Task<string?> ReadHeadAsync(Socket socket)
    {
        var head = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        while (!head.GetBuffer().AsSpan(0, (int)head.Length).EndsWith("\r\n\r\n"u8))
        {
            int read = await socket.ReceiveAsync(buffer, _listener.Stopping);
            if (read == 0)
            {
                return null;
            }

            head.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(head.ToArray());
    }

    private async Task AnswerAsync(Socket socket, string head)
    {
        int number;
        FaultRequest request;
        lock (_lock)
        {
            number = ++_requests;
            if (number > _script.Requests.Length && !_script.More)
            {
                _problems.Add($"request {number} came, and the script has {_script.Requests.Length}");
            }

            request = _script.Requests[Math.Min(number, _script.Requests.Length) - 1];
            if (request.Expect is { } expected)
            {
                _problems.AddRange(new HeardRequest(head).Check(expected, Stopwatch.GetElapsedTime(_endedAt).TotalMilliseconds + ClockToleranceMs)
                    .Select(p => $"request {number}: {p}"));
            }
        }

        if (number <= _answered.Length)
        {
            _answered[number - 1].TrySetResult();
        }

        var answer = new FaultAnswer(socket, request, _listener.Stopping);
        await answer.BeginAsync();
        int? left = number == 1 ? _bodyLength : null;
        foreach (FaultStep step in request.Steps)
        {
            left = await PlayAsync(answer, step, head, left);
        }

        lock (_lock)
        {
            _endedAt = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Plays one step; of a body that is cut short, only the remaining bytes.</summary>
    private async Task<int?> PlayAsync(FaultAnswer answer, FaultStep step, string head, int? left)
    {
        byte[] bytes = step.Bytes();
        if (bytes.Length > 0)
        {
            int some = Math.Min(bytes.Length, left ?? bytes.Length);
            await answer.SendAsync(bytes.AsMemory(0, some));
            return left - some;
        }

        if (step.Repeat is { } text)
        {
            byte[] piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 1_000)));
            for (int sent = 0; sent < step.Times; sent += 1_000)
            {
                await answer.SendAsync(piece);
            }
        }
        else if (step.Drip is { } drip)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(step.Every));
            foreach (byte b in Encoding.UTF8.GetBytes(drip))
            {
                await answer.SendAsync(new[] { b });
                await timer.WaitForNextTickAsync(_listener.Stopping);
            }
        }
        else if (step.Wait is { } wait)
        {
            await Task.Delay(wait, _listener.Stopping);
        }
        else if (step.Replay)
        {
            await answer.SendAsync(Encoding.UTF8.GetBytes(Replay(new HeardRequest(head).LastEventId)));
        }
        else if (step.UntilRequest is { } until)
        {
            await _answered[until - 1].Task.WaitAsync(_listener.Stopping);
        }
        else if (step.Hold)
        {
            await answer.HoldAsync();
        }
        else if (step.End)
        {
            await answer.EndAsync();
        }
        else
        {
            answer.Cut();
        }

        return left;
    }

    private string Replay(string? lastEventId)
    {
        int after = lastEventId is null ? -1 : Array.FindIndex(_script.Log, e => e.Id == lastEventId);
        var events = _script.Log.Skip(after + 1).Select(static e => $"id: {e.Id}\n{(e.Type is null ? "" : $"event: {e.Type}\n")}{Data(e.Data)}\n");
        return string.Create(CultureInfo.InvariantCulture, $": {_script.Log[^1].Id}\n{string.Concat(events)}");
    }

    private static string Data(string data) => string.Concat(data.Split('\n').Select(static line => $"data: {line}\n"));
}
