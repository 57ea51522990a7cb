namespace Longwave.Bench.Results;

/// <summary>Median and percentiles.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The smallest value that at least the share <paramref name="share"/> (0 to 1) of all values does not exceed.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>How much y grows for each x: the line of least squares.</summary>
    public static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        double meanX = points.Average(point => point.X);
        double meanY = points.Average(point => point.Y);
        return points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / points.Sum(point => (point.X - meanX) * (point.X - meanX));
    }

    /// <summary>The same by the median of the slopes of all pairs (Theil and Sen): a few samples that stand out do not move it.</summary>
    public static double MedianSlope(IReadOnlyList<(double X, double Y)> points) => Median(
        from first in Enumerable.Range(0, points.Count)
        from second in Enumerable.Range(first + 1, points.Count - first - 1)
        select (points[second].Y - points[first].Y) / (points[second].X - points[first].X));
}
