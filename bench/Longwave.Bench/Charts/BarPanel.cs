using Longwave.Bench.Peers;
using Longwave.Bench.Results;

namespace Longwave.Bench.Charts;

/// <summary>Bars of one figure for every server, each with its value beside it, from zero.</summary>
/// <param name="Title">The figure.</param>
/// <param name="Unit">Its unit and which end is good.</param>
/// <param name="Bars">A value for each server.</param>
internal sealed record BarPanel(string Title, string Unit, IReadOnlyList<(string Peer, double Value)> Bars)
{
    private const int HeadHeight = 32;
    private const int RowHeight = 24;
    private const int BarHeight = 16;
    private const int Gap = 18;
    private const int NameWidth = 190;
    private const int ValueWidth = 90;

    public double Height => HeadHeight + (RowHeight * Bars.Count) + Gap;

    public void Draw(SvgPage page, double top)
    {
        page.Text(SvgPage.Margin, top + 14, "panel", Title);
        page.Text(page.Width - SvgPage.Margin, top + 14, "quiet end", Unit);
        double begin = SvgPage.Margin + NameWidth;
        double longest = page.Width - begin - SvgPage.Margin - ValueWidth;
        double most = Bars.Max(bar => bar.Value);
        double y = top + HeadHeight;
        foreach ((string peer, double value) in Bars)
        {
            double length = Math.Max(1, value / most * longest);
            string weight = peer == PeerNames.Longwave ? " strong" : "";
            page.Text(begin - 10, y + 13, "end" + weight, peer);
            page.Bar(begin, y, length, BarHeight, Style(peer));
            page.Text(begin + length + 8, y + 13, weight.Trim(), Number.Format(value));
            y += RowHeight;
        }

        page.Rule(begin, top + HeadHeight - 4, begin, y, "axis");
    }

    /// <summary>Draws panels below each other and finishes the page.</summary>
    public static string Draw(SvgPage page, IEnumerable<BarPanel> panels)
    {
        double y = SvgPage.HeaderHeight;
        foreach (BarPanel panel in panels.Where(panel => panel.Bars.Count > 0))
        {
            panel.Draw(page, y);
            y += panel.Height;
        }

        return page.Finish(y);
    }

    private static string Style(string peer) => peer switch
    {
        PeerNames.Longwave => "own",
        PeerNames.LongwavePipe => "own-too",
        PeerNames.Floor => "floor",
        _ => "peer",
    };
}
