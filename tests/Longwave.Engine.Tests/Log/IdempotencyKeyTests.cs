using System.Globalization;
using Longwave.Engine.Log;

namespace Longwave.Engine.Tests.Log;

public sealed class IdempotencyKeyTests
{
    /// <summary>Keys in the log of an earlier release: they must stay what they are, or repeats across an upgrade become new events.</summary>
    [Fact]
    public void Key_OfAnonymousHeaderOrCloudEvent_IsThatOfTheFirstRelease()
    {
        Assert.Equal("089b2f709149d4ab89fb71f8a7aa713c", Hex(IdempotencyKey.FromHeader(null, "orders", "order-4711", 0)));
        Assert.Equal("cdf9a90afac7f109d2b65458946a22aa", Hex(IdempotencyKey.FromCloudEvent("orders", "/shop", "A-1")));
    }

    [Fact]
    public void FromHeader_SameHeaderOfDifferentPublishers_AreDifferentKeys()
    {
        IdempotencyKey[] keys =
        [
            IdempotencyKey.FromHeader(null, "t", "1", 0),
            IdempotencyKey.FromHeader(("", ""), "t", "1", 0),
            IdempotencyKey.FromHeader(("", "alice"), "t", "1", 0),
            IdempotencyKey.FromHeader(("", "bob"), "t", "1", 0),
            IdempotencyKey.FromHeader(("issuer", "alice"), "t", "1", 0),
            IdempotencyKey.FromHeader(("issue", "ralice"), "t", "1", 0),
            IdempotencyKey.FromHeader(("issuer", "alicet"), "", "1", 0),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[4], IdempotencyKey.FromHeader(("issuer", "alice"), "t", "1", 0));
    }

    [Fact]
    public void FromHeader_PartsWithEqualConcatenation_AreDifferentKeys()
    {
        Assert.NotEqual(IdempotencyKey.FromCloudEvent("t", "a", "bc"), IdempotencyKey.FromCloudEvent("t", "ab", "c"));
        Assert.NotEqual(IdempotencyKey.FromCloudEvent("t", "a", "b"), IdempotencyKey.FromCloudEvent("ta", "", "b"));
        Assert.NotEqual(IdempotencyKey.FromHeader(null, "t", "a", 1), IdempotencyKey.FromCloudEvent("t", "a", "1"));
        string huge = new('x', 5_000);
        Assert.NotEqual(IdempotencyKey.FromHeader(null, "t", huge, 1), IdempotencyKey.FromHeader(null, "t", huge + "y", 1));
    }

    private static string Hex(IdempotencyKey key) => key.Hash.ToString("x32", CultureInfo.InvariantCulture);
}
