using System.Globalization;
using System.Text;

namespace Longwave.Bench.Clients;

/// <summary>How many of something fell into each piece of time, as a plot that a browser shows.</summary>
internal sealed class Histogram
{
    private const int Width = 820;
    private const int Height = 300;
    private const int Left = 56;
    private const int Bottom = 48;
    private const int Top = 36;

    private readonly double _bin;
    private readonly int[] _counts;

    /// <param name="seconds">The moments.</param>
    /// <param name="bin">Length of a piece, in seconds.</param>
    public Histogram(IReadOnlyList<double> seconds, double bin)
    {
        _bin = bin;
        First = seconds[0];
        Last = seconds[^1];
        _counts = new int[(int)(Last / bin) + 1];
        foreach (double second in seconds)
        {
            _counts[(int)(second / bin)]++;
        }
    }

    public double First { get; }

    public double Last { get; }

    /// <summary>Most of one second, wherever it begins.</summary>
    public static int Peak(IReadOnlyList<double> sorted)
    {
        int peak = 0;
        for (int begin = 0, end = 0; begin < sorted.Count; begin++)
        {
            while (end < sorted.Count && sorted[end] < sorted[begin] + 1)
            {
                end++;
            }

            peak = Math.Max(peak, end - begin);
        }

        return peak;
    }

    public string ToSvg(string title, double meanPerSecond)
    {
        double most = Math.Max(_counts.Max() / _bin, meanPerSecond * 2) * 1.05;
        double perBin = (Width - Left - 20.0) / _counts.Length;
        double Y(double perSecond) => Height - Bottom - (perSecond / most * (Height - Bottom - Top));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="{title}">
            <rect width="{Width}" height="{Height}" fill="#ffffff"/>
            <text x="{Left}" y="20" font-size="14" fill="#1f2933">{title}</text>

            """);
        for (int i = 0; i < _counts.Length; i++)
        {
            double y = Y(_counts[i] / _bin);
            svg.Append(CultureInfo.InvariantCulture, $"""
                <rect x="{Left + (i * perBin):0.0}" y="{y:0.0}" width="{Math.Max(1, perBin - 1):0.0}" height="{Height - Bottom - y:0.0}" fill="#2f6f9f"/>

                """);
        }

        AppendLine(svg, Y(meanPerSecond), "#52606d", $"mean {meanPerSecond:0}/s");
        AppendLine(svg, Y(meanPerSecond * 2), "#b23b3b", $"twice the mean {meanPerSecond * 2:0}/s");
        for (int second = 0; second <= Last; second += Math.Max(1, (int)(Last / 12)))
        {
            svg.Append(CultureInfo.InvariantCulture, $"""
                <text x="{Left + (second / _bin * perBin):0.0}" y="{Height - Bottom + 18}" text-anchor="middle" fill="#1f2933">{second}</text>

                """);
        }

        return svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="{Width / 2}" y="{Height - 8}" text-anchor="middle" fill="#1f2933">seconds since the cut; connections per second, in pieces of {_bin} s</text>
            </svg>

            """).ToString();
    }

    private static void AppendLine(StringBuilder svg, double y, string colour, string text) => svg.Append(CultureInfo.InvariantCulture, $"""
        <line x1="{Left}" x2="{Width - 20}" y1="{y:0.0}" y2="{y:0.0}" stroke="{colour}" stroke-dasharray="5 4"/>
        <text x="{Width - 24}" y="{y - 5:0.0}" text-anchor="end" fill="{colour}">{text}</text>

        """);
}
