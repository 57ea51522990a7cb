using System.Xml.Linq;
using Longwave.Bench.Charts;
using Longwave.Bench.Peers;

namespace Longwave.Bench.Tests.Charts;

public sealed class BarPanelTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Draw_TwoServers_IsXmlWithBarsInProportion()
    {
        var page = new SvgPage(700, "Title <with> marks", "below & beside");

        XElement root = XDocument.Parse(BarPanel.Draw(page, [new BarPanel("CPU", "µs", [(PeerNames.Longwave, 5), (PeerNames.Nchan, 10)])])).Root!;

        double[] lengths = [.. root.Elements(Svg + "rect").Skip(1).Select(bar => (double)bar.Attribute("width")!)];
        Assert.Equal(2, lengths.Length);
        Assert.Equal(2, lengths[1] / lengths[0], 2);
        Assert.Contains("Title <with> marks", root.Element(Svg + "title")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_PanelWithoutServers_IsLeftOut()
    {
        var page = new SvgPage(700, "Title", "");

        Assert.DoesNotContain("CPU", BarPanel.Draw(page, [new BarPanel("CPU", "µs", [])]), StringComparison.Ordinal);
    }
}
