using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Longwave.Server.Http;

namespace Longwave.Server.Tests.Http;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-11-23T06:57:00Z", 1795417020000)]
    [InlineData("2026-11-23t06:57:00z", 1795417020000)]
    [InlineData("2026-11-23T06:57:00.123Z", 1795417020123)]
    [InlineData("2026-11-23T06:57:00.123456789012Z", 1795417020123)]
    [InlineData("2026-11-23T08:57:00+02:00", 1795417020000)]
    [InlineData("2026-11-23T08:57:00 02:00", 1795417020000)]
    [InlineData("2026-11-23T06:27:00.5-00:30", 1795417020500)]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    public void TryParse_Time_IsRead(string text, long unixMs)
    {
        Assert.True(Rfc3339.TryParse(text, out DateTimeOffset time));
        Assert.Equal(unixMs, time.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-23")]
    [InlineData("2026-11-23T06:57:00")]
    [InlineData("2026-11-23T06:57Z")]
    [InlineData("2026-11-23 06:57:00Z")]
    [InlineData("2026-11-23T06:57:00.Z")]
    [InlineData("2026-11-23T06:57:60Z")]
    [InlineData("2026-02-30T06:57:00Z")]
    [InlineData("2026-11-23T24:00:00Z")]
    [InlineData("2026-11-23T06:57:00+0200")]
    [InlineData("2026-11-23T06:57:00+25:00")]
    [InlineData("2026-11-23T06:57:00Z ")]
    [InlineData(" 2026-11-23T06:57:00Z")]
    [InlineData("Mon, 23 Nov 2026 06:57:00 GMT")]
    [InlineData("1795416000")]
    [InlineData("2026-11-23T06:57:00.00000000000000000000000000000Z")]
    public void TryParse_InvalidText_IsRejected(string text) => Assert.False(Rfc3339.TryParse(text, out _));

    [Fact]
    public void TryParse_WhatDotNetWrites_IsTheSameTime()
    {
        Gen<DateTimeOffset> times =
            from ticks in Gen.Choose(0, int.MaxValue).Select(n => n * 1_000_000_000L)
            from minutes in Gen.Choose(-14 * 60, 14 * 60)
            select new DateTimeOffset(ticks + DateTimeOffset.MinValue.AddDays(2).Ticks, TimeSpan.FromMinutes(minutes));
        Prop.ForAll(times.ToArbitrary(), time =>
        {
            Assert.True(Rfc3339.TryParse(time.ToString("o", CultureInfo.InvariantCulture), out DateTimeOffset read));
            Assert.Equal(time, read);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void TryParse_AnyText_NeverThrows() =>
        Prop.ForAll<string?>(text => Assert.Equal(Rfc3339.TryParse(text ?? "", out DateTimeOffset time), time != default)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
}
