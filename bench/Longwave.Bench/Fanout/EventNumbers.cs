using System.Text;

namespace Longwave.Bench.Fanout;

/// <summary>
/// The data of an event of the fan-out load: filled up with one letter, and at its end a mark and the event's number. A reader that has the number
/// has the whole event, whatever the server writes around it.
/// </summary>
internal static class EventNumbers
{
    public const int Digits = 8;

    /// <summary>Stands nowhere else in a response: not in headers, fields, ids, nor the sizes of chunks.</summary>
    public const byte Mark = (byte)'~';

    /// <summary>Data of so many bytes with the number 0.</summary>
    public static byte[] Data(int bytes) => Encoding.ASCII.GetBytes(new string('x', bytes - Digits - 1) + (char)Mark + new string('0', Digits));

    /// <summary>Writes a number over the last bytes of an event's data.</summary>
    public static void Write(Span<byte> data, int number)
    {
        for (int i = data.Length - 1; i >= data.Length - Digits; i--)
        {
            (number, int digit) = Math.DivRem(number, 10);
            data[i] = (byte)('0' + digit);
        }
    }
}
