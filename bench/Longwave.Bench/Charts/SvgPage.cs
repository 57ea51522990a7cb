using System.Globalization;
using System.Net;
using System.Text;

namespace Longwave.Bench.Charts;

/// <summary>A chart on a card of its own, which is light or dark as the reader's system is, so that it can be read on any page.</summary>
/// <param name="width">Of the card, in pixels.</param>
/// <param name="title">What is shown, also for those who do not see it.</param>
/// <param name="subtitle">Under which conditions.</param>
internal sealed class SvgPage(int width, string title, string subtitle)
{
    public const int Margin = 24;
    public const int HeaderHeight = 76;

    private readonly StringBuilder _body = new();

    public int Width => width;

    public void Text(double x, double y, string style, string text) =>
        Line($"""<text x="{Px(x)}" y="{Px(y)}" class="{style}">{WebUtility.HtmlEncode(text)}</text>""");

    public void Bar(double x, double y, double length, double height, string style) =>
        Line($"""<rect x="{Px(x)}" y="{Px(y)}" width="{Px(length)}" height="{Px(height)}" rx="2" class="{style}"/>""");

    public void Rule(double x1, double y1, double x2, double y2, string style) =>
        Line($"""<line x1="{Px(x1)}" y1="{Px(y1)}" x2="{Px(x2)}" y2="{Px(y2)}" class="{style}"/>""");

    public void Curve(IEnumerable<(double X, double Y)> points, string style) =>
        Line($"""<polyline points="{string.Join(' ', points.Select(point => $"{Px(point.X)},{Px(point.Y)}"))}" class="{style}"/>""");

    /// <summary>The file: the card with everything that was drawn.</summary>
    public string Finish(double height) => $$"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{{width}}" height="{{Px(height)}}" viewBox="0 0 {{width}} {{Px(height)}}" role="img" aria-labelledby="title">
        <title id="title">{{WebUtility.HtmlEncode(title)}}. {{WebUtility.HtmlEncode(subtitle)}}</title>
        <style>
        .card { fill: #ffffff; stroke: #d0d7de } text { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; font-size: 13px }
        .title { font-size: 17px; font-weight: 600 } .panel { font-weight: 600; font-size: 14px } .quiet { fill: #59636e; font-size: 12px }
        .end { text-anchor: end } .strong { font-weight: 600 } .middle { text-anchor: middle }
        .own { fill: #0e7490 } .own-too { fill: #5fb3c8 } .peer { fill: #a3adb8 } .floor { fill: none; stroke: #59636e; stroke-dasharray: 3 2 }
        .axis { stroke: #d0d7de } .limit { stroke: #b35900; stroke-dasharray: 4 3 } .curve { fill: none; stroke: #0e7490; stroke-width: 2 }
        @media (prefers-color-scheme: dark) {
          .card { fill: #0d1117; stroke: #3d444d } text { fill: #f0f6fc } .quiet { fill: #9198a1 }
          .own { fill: #22b8d6 } .own-too { fill: #1b6f82 } .peer { fill: #59636e } .floor { stroke: #9198a1 }
          .axis { stroke: #3d444d } .limit { stroke: #e0903d } .curve { stroke: #22b8d6 }
        }
        </style>
        <rect x="0.5" y="0.5" width="{{width - 1}}" height="{{Px(height - 1)}}" rx="8" class="card"/>
        <text x="{{Margin}}" y="34" class="title">{{WebUtility.HtmlEncode(title)}}</text>
        <text x="{{Margin}}" y="55" class="quiet">{{WebUtility.HtmlEncode(subtitle)}}</text>
        {{_body}}</svg>

        """;

    private static string Px(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);

    private void Line(string element) => _body.Append(element).Append('\n');
}
