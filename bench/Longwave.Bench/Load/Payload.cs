using System.Text;

namespace Longwave.Bench.Load;

/// <summary>The data of every event: 200 bytes of JSON with one mark, by which readers count events.</summary>
internal static class Payload
{
    public const int Bytes = 200;

    /// <summary>Stands nowhere else in a request or a response.</summary>
    private const byte Mark = (byte)'~';

    /// <summary>A trade as a ticker would publish it, filled up.</summary>
    public static byte[] Data { get; } = Fill("""{"symbol":"AAPL","price":189.27,"size":100,"venue":"XNAS","note":"~""", "\"}");

    /// <summary>Events that begin or end in these bytes of a stream.</summary>
    public static int Count(ReadOnlySpan<byte> stream) => stream.Count(Mark);

    private static byte[] Fill(string begin, string end) => Encoding.ASCII.GetBytes(begin + new string('x', Bytes - begin.Length - end.Length) + end);
}
