using System.Globalization;

namespace Longwave.Demo;

/// <summary>Pace of a demo: a multiple of the original speed, or a number of events per second.</summary>
internal sealed class Pace
{
    private readonly double _speed;
    private readonly double _ratePerSecond;

    private Pace(double speed, double ratePerSecond) => (_speed, _ratePerSecond) = (speed, ratePerSecond);

    /// <summary>Creates a pace as a multiple of the original speed.</summary>
    public static Pace AtSpeed(double factor) => new(factor, 0);

    /// <summary>Creates a pace of evenly spaced events.</summary>
    public static Pace AtRate(double perSecond) => new(0, perSecond);

    /// <summary>Parses <c>600x</c> or <c>600</c>.</summary>
    public static bool TryParseSpeed(string text, out Pace pace) => TryParse(text, "x", AtSpeed, out pace);

    /// <summary>Parses <c>20/s</c> or <c>20</c>.</summary>
    public static bool TryParseRate(string text, out Pace pace) => TryParse(text, "/s", AtRate, out pace);

    /// <summary>Time from the start of the demo at which an event is due.</summary>
    /// <param name="index">Index of the event, from 0.</param>
    /// <param name="sinceFirst">Original time between the first event and this one.</param>
    public TimeSpan DueAt(int index, TimeSpan sinceFirst) => _speed > 0 ? sinceFirst / _speed : TimeSpan.FromSeconds(index / _ratePerSecond);

    public override string ToString() => _speed > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{_speed:#,0.##} times the original speed")
        : string.Create(CultureInfo.InvariantCulture, $"{_ratePerSecond:#,0.##} {(_ratePerSecond == 1 ? "event" : "events")} per second");

    private static bool TryParse(string text, string unit, Func<double, Pace> make, out Pace pace)
    {
        ReadOnlySpan<char> number = text.EndsWith(unit, StringComparison.Ordinal) ? text.AsSpan(0, text.Length - unit.Length) : text;
        bool valid = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 0.001 and <= 1_000_000_000;
        pace = make(valid ? value : 1);
        return valid;
    }
}
