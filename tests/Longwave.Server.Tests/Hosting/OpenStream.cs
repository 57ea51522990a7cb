using System.Text;

namespace Longwave.Server.Tests.Hosting;

/// <summary>An open stream; keeps everything received so far.</summary>
public sealed class OpenStream : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _text = new();

    private OpenStream(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _stream = stream;
    }

    public HttpResponseMessage Response => _response;

    /// <summary>Everything received so far.</summary>
    public string Text => _text.ToString();

    public static async Task<OpenStream> FromAsync(HttpResponseMessage response) => new(response, await response.Content.ReadAsStreamAsync());

    /// <summary>Reads until <paramref name="marker"/> is received; returns everything received so far.</summary>
    public async Task<string> ReadUntilAsync(string marker)
    {
        using var patience = new CancellationTokenSource(Patience);
        int searched = 0;
        while (!_text.ToString(searched, _text.Length - searched).Contains(marker, StringComparison.Ordinal))
        {
            searched = Math.Max(searched, _text.Length - marker.Length);
            int read;
            try
            {
                read = await _stream.ReadAsync(_buffer, patience.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"Waited for {marker}, got:\n{Begin}", exception);
            }

            Assert.True(read > 0, $"The stream ended before {marker}; got:\n{Begin}");
            _text.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }

        return Text;
    }

    /// <summary>Waits for at least one more byte; returns everything received so far.</summary>
    public async Task<string> ReadMoreAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        int read = await _stream.ReadAsync(_buffer, patience.Token);
        Assert.True(read > 0, $"The stream ended; got:\n{Begin}");
        _text.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        return Text;
    }

    /// <summary>Reads to the end.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        for (int read; (read = await _stream.ReadAsync(_buffer, patience.Token)) > 0;)
        {
            _text.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }

        return Text;
    }

    /// <summary>Excerpt for failure messages.</summary>
    private string Begin => _text.ToString(0, Math.Min(_text.Length, 2_000));

    /// <summary>Everything received after the greeting and the reconnection time.</summary>
    public string Events => Text[(Text.IndexOf("retry: ", StringComparison.Ordinal) is var at and >= 0 ? Text.IndexOf('\n', at) + 1 : 0)..];

    public void Dispose() => _response.Dispose();
}
