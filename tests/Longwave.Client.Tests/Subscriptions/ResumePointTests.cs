using Longwave.Client.Subscriptions;

namespace Longwave.Client.Tests.Subscriptions;

public sealed class ResumePointTests
{
    [Fact]
    public void OnComment_GreetingOfALiveStream_IsThePositionUntilAnEventArrives()
    {
        var place = new ResumePoint(null, null);
        place.Connected();

        place.OnComment("5f3a9c1e-41"u8);

        Assert.Equal("5f3a9c1e-41", place.LastEventId);
    }

    [Fact]
    public void OnComment_GreetingOfAReplay_IsNotThePosition()
    {
        var since = new ResumePoint(null, "earliest");
        var resumed = new ResumePoint("5f3a9c1e-3", null);
        since.Connected();
        resumed.Connected();

        since.OnComment("5f3a9c1e-41"u8);
        resumed.OnComment("5f3a9c1e-41"u8);

        Assert.Null(since.LastEventId);
        Assert.Equal("5f3a9c1e-3", resumed.LastEventId);
    }

    [Fact]
    public void OnComment_Heartbeat_MovesThePositionForwardOnly()
    {
        var place = new ResumePoint("5f3a9c1e-3", null);
        place.Connected();
        place.OnComment("5f3a9c1e-41"u8);

        place.OnComment("5f3a9c1e-45"u8);
        Assert.Equal("5f3a9c1e-45", place.LastEventId);
        place.OnComment("5f3a9c1e-44"u8);
        place.OnComment("not a position"u8);

        Assert.Equal("5f3a9c1e-45", place.LastEventId);
    }

    [Fact]
    public void OnEvent_SeenBefore_IsFalse()
    {
        var place = new ResumePoint(null, null);

        Assert.True(place.OnEvent("5f3a9c1e-7", isHub: true));
        Assert.False(place.OnEvent("5f3a9c1e-7", isHub: true));
        Assert.False(place.OnEvent("5f3a9c1e-6", isHub: true));
        Assert.True(place.OnEvent("5f3a9c1e-8", isHub: true));
        Assert.True(place.OnEvent("00000001-1", isHub: true));
        Assert.Equal("00000001-1", place.LastEventId);
    }

    [Fact]
    public void OnEvent_OfAnotherServer_IsNeverARepeat()
    {
        var place = new ResumePoint(null, null);

        Assert.True(place.OnEvent("5f3a9c1e-7", isHub: false));
        Assert.True(place.OnEvent("5f3a9c1e-7", isHub: false));
        Assert.True(place.OnEvent("5f3a9c1e-6", isHub: false));
        Assert.Equal("5f3a9c1e-6", place.LastEventId);
    }

    [Fact]
    public void OnReset_LiveStream_ContinuesAtTheNewTip()
    {
        var place = new ResumePoint("00000001-9", null);
        place.Connected();
        place.OnComment("5f3a9c1e-2"u8);

        place.OnReset();

        Assert.Equal("5f3a9c1e-2", place.LastEventId);
        Assert.True(place.OnEvent("5f3a9c1e-3", isHub: true));
    }

    [Fact]
    public void OnReset_WithSince_RequestsItAgain()
    {
        var place = new ResumePoint("00000001-9", "earliest");
        place.Connected();
        place.OnComment("5f3a9c1e-2"u8);

        place.OnReset();

        Assert.Null(place.LastEventId);
        Assert.True(place.OnEvent("5f3a9c1e-1", isHub: true));
    }
}
