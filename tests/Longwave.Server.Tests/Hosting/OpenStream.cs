using System.Text;

namespace Longwave.Server.Tests.Hosting;

/// <summary>A stream that is being read; what came so far is kept.</summary>
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

    /// <summary>Everything so far.</summary>
    public string Text => _text.ToString();

    public static async Task<OpenStream> FromAsync(HttpResponseMessage response) => new(response, await response.Content.ReadAsStreamAsync());

    /// <summary>Reads until <paramref name="marker"/> came, and returns everything so far.</summary>
    public async Task<string> ReadUntilAsync(string marker)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!Text.Contains(marker, StringComparison.Ordinal))
        {
            int read;
            try
            {
                read = await _stream.ReadAsync(_buffer, patience.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"Waited for {marker}, got:\n{Text}", exception);
            }

            Assert.True(read > 0, $"The stream ended before {marker}; got:\n{Text}");
            _text.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }

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

    /// <summary>Everything after the greeting and the reconnection time.</summary>
    public string Events => Text[(Text.IndexOf("retry: ", StringComparison.Ordinal) is var at and >= 0 ? Text.IndexOf('\n', at) + 1 : 0)..];

    public void Dispose() => _response.Dispose();
}
