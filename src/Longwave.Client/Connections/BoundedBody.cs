namespace Longwave.Client.Connections;

/// <summary>Reads response bodies up to a maximum length, regardless of <c>Content-Length</c>.</summary>
internal static class BoundedBody
{
    private const int FirstBytes = 16 * 1024;

    /// <summary>The whole body; null when it is longer than <paramref name="most"/> bytes.</summary>
    public static async Task<byte[]?> TryReadAsync(HttpResponseMessage response, long most, CancellationToken cancellation)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[Math.Min(FirstBytes, most + 1)];
        int length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false) is > 0 and int read)
        {
            length += read;
            if (length > most)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, most + 1));
            }
        }

        return buffer[..length];
    }
}
