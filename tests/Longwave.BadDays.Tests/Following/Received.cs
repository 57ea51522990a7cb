using Longwave.BadDays.Tests.Hubs;

namespace Longwave.BadDays.Tests.Following;

/// <summary>An event as a client received it.</summary>
internal readonly record struct Received(string Id, string Type, string Data)
{
    public long Offset => PublishReply.Offset(Id);
}
