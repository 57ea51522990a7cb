using System.Globalization;
using System.Reflection;
using Longwave.Server.Configuration;
using Longwave.Server.Startup;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Tests.Startup;

/// <summary>The hub checks at the start every pair of options that depend on each other.</summary>
public sealed class OptionPairTests
{
    public static TheoryData<string, string> Pairs => [.. OptionPair.All.Select(static pair => (pair.Smaller, pair.Larger))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Validate_FirstIsMoreThanSecond_NamesBothKeys(string smaller, string larger)
    {
        var options = new LongwaveOptions();
        Write(options, smaller, Read(options, larger), add: 1);
        ValidateOptionsResult result = new OptionsCheck().Validate(null, options);
        Assert.Contains(
            result.Failures ?? [],
            failure => failure.StartsWith($"{smaller}: ", StringComparison.Ordinal) && failure.Contains($" is more than {larger}, ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Check_EqualValues_AreValid(string smaller, string larger)
    {
        var options = new LongwaveOptions();
        Write(options, smaller, Read(options, larger), add: 0);
        Assert.Null(OptionPair.All.Single(pair => pair.Smaller == smaller && pair.Larger == larger).Check(options));
    }

    [Fact]
    public void Check_RateIsOff_AnyBurstIsValid()
    {
        var options = new LongwaveOptions();
        (options.Server.Admission.Address.ByteBurst, options.Server.Admission.Address.BytesPerSecond) = (1, 0);
        Assert.All(OptionPair.All, pair => Assert.Null(pair.Check(options)));
    }

    private static (object Section, PropertyInfo Property) Find(object options, string key)
    {
        string[] parts = key.Split(':');
        object section = parts[..^1].Aggregate(options, static (at, part) => at.GetType().GetProperty(part)!.GetValue(at)!);
        return (section, section.GetType().GetProperty(parts[^1])!);
    }

    private static object Read(LongwaveOptions options, string key)
    {
        (object section, PropertyInfo property) = Find(options, key);
        return property.GetValue(section)!;
    }

    private static void Write(LongwaveOptions options, string key, object value, int add)
    {
        (object section, PropertyInfo property) = Find(options, key);
        property.SetValue(section, value is TimeSpan time
            ? time + TimeSpan.FromTicks(add)
            : Convert.ChangeType(Convert.ToInt64(value, CultureInfo.InvariantCulture) + add, property.PropertyType, CultureInfo.InvariantCulture));
    }
}
