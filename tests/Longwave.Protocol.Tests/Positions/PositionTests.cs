using Longwave.Protocol.Positions;

namespace Longwave.Protocol.Tests.Positions;

public sealed class PositionTests
{
    [Theory]
    [InlineData("5f3a9c1e-1042", 0x5f3a9c1eu, 1042L)]
    [InlineData("00000000-0", 0u, 0L)]
    [InlineData("ffffffff-9223372036854775807", uint.MaxValue, long.MaxValue)]
    public void TryParse_CanonicalText_RoundTrips(string text, uint epoch, long offset)
    {
        Assert.True(Position.TryParse(text, out Position position));
        Assert.Equal(new Position(epoch, offset), position);
        Assert.Equal(text, position.ToString());
        Span<byte> bytes = stackalloc byte[Position.MaxTextLength];
        Assert.True(position.TryFormat(bytes, out int written));
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(bytes[..written]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5f3a9c1e")]
    [InlineData("5f3a9c1e-")]
    [InlineData("5F3A9C1E-1")]
    [InlineData("5f3a9c1e-01")]
    [InlineData("5f3a9c1e--1")]
    [InlineData("5f3a9c1e-+1")]
    [InlineData(" 5f3a9c1e-1")]
    [InlineData("5f3a9c1e-1 ")]
    [InlineData("5f3a9c1e-9223372036854775808")]
    [InlineData("5f3a9c1e-99999999999999999999")]
    [InlineData("5f3a9c1e-١")]
    [InlineData("5f3a9c1ő-1")]
    public void TryParse_OtherText_IsRejected(string text)
    {
        Assert.False(Position.TryParse(text, out _));
        Assert.False(Position.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out _));
    }
}
