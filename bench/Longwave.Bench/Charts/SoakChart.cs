using Longwave.Bench.Fanout;
using Longwave.Bench.Results;

namespace Longwave.Bench.Charts;

/// <summary>How big the hub was over the time of a soak; every axis begins at zero.</summary>
internal static class SoakChart
{
    private const int Width = 760;
    private const int PanelHeight = 150;
    private const int PanelHead = 30;
    private const int PanelGap = 40;
    private const int AxisWidth = 54;
    private const int Headroom = 5;

    public static string Draw(IReadOnlyList<SoakSample> samples, TimeSpan time, double judgedFrom)
    {
        var page = new SvgPage(
            Width,
            "The hub over a soak",
            $"{Churn.Streams:N0} streams, {Churn.ReplacedPerSecond} of them replaced a second, {Churn.EventsPerSecond} events a second. Judged from the dashed line on.");
        (string Title, Func<SoakSample, double> Value)[] panels =
        [
            ("Resident memory, MB", sample => sample.ResidentMb),
            ("Memory that is no file's (heap and native), MB", sample => sample.AnonymousMb),
            ("Open descriptors", sample => sample.Descriptors),
            ("Threads", sample => sample.Threads),
        ];
        double y = SvgPage.HeaderHeight;
        foreach ((string title, Func<SoakSample, double> value) in panels)
        {
            Draw(page, y, title, samples, value, time.TotalMinutes, judgedFrom);
            y += PanelHead + PanelHeight + PanelGap;
        }

        return page.Finish(y);
    }

    private static void Draw(
        SvgPage page, double top, string title, IReadOnlyList<SoakSample> samples, Func<SoakSample, double> value, double minutes, double judgedFrom)
    {
        double left = SvgPage.Margin + AxisWidth;
        double right = page.Width - SvgPage.Margin - AxisWidth;
        double bottom = top + PanelHead + PanelHeight;
        double most = Ceiling(samples.Max(value));
        double X(double minute) => left + (minute / minutes * (right - left));
        double Y(double amount) => bottom - (amount / most * PanelHeight);
        page.Text(SvgPage.Margin, top + 14, "panel", title);
        foreach (double tick in (double[])[0, most / 2, most])
        {
            page.Rule(left, Y(tick), right, Y(tick), "axis");
            page.Text(left - 8, Y(tick) + 4, "quiet end", Number.Format(tick));
        }

        page.Rule(X(minutes * judgedFrom), top + PanelHead - 6, X(minutes * judgedFrom), bottom, "limit");
        page.Curve(samples.Select(sample => (X(sample.Minutes), Y(value(sample)))), "curve");
        page.Text(X(samples[^1].Minutes) + 8, Y(value(samples[^1])) + 4, "strong", Number.Format(value(samples[^1])));
        page.Text(left, bottom + 18, "quiet", "0");
        page.Text(right, bottom + 18, "quiet end", $"{Number.Format(minutes)} minutes");
    }

    /// <summary>The next number with one digit, or with a five behind it, that leaves some room above the curve.</summary>
    private static double Ceiling(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, 1))));
        double step = power / 2;
        return Math.Ceiling(value * (100 + Headroom) / 100 / step) * step;
    }
}
