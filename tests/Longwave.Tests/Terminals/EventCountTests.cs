using Longwave.Terminals;

namespace Longwave.Tests.Terminals;

public sealed class EventCountTests
{
    [Theory]
    [InlineData(0, "0 events")]
    [InlineData(1, "1 event")]
    [InlineData(1_707, "1,707 events")]
    public void Format_Number_HasTheMatchingPlural(long count, string expected) => Assert.Equal(expected, EventCount.Format(count));
}
