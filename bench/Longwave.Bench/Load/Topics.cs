namespace Longwave.Bench.Load;

/// <summary>Names of topics, all of one length, so that a prepared request can be given another one.</summary>
internal static class Topics
{
    public const string Prefix = "bench/";
    public const int Digits = 5;

    /// <summary>How a prepared request is written before its first use.</summary>
    public static readonly string Placeholder = Name(0);

    public static string Name(int number) => $"{Prefix}{number:D5}";

    /// <summary>Writes a number with leading zeros over the whole of <paramref name="digits"/>.</summary>
    public static void WriteDigits(Span<byte> digits, long number)
    {
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            (number, long digit) = Math.DivRem(number, 10);
            digits[i] = (byte)('0' + digit);
        }
    }
}
