
namespace Longwave.Engine.Subscribers;

/// <summary>What a shard is told.</summary>
internal readonly record struct ShardMessage(ShardMessageKind Kind, Subscriber? Subscriber = null);

internal enum ShardMessageKind
{
    /// <summary>A subscriber has come; its greeting is written.</summary>
    Opened,

    /// <summary>The subscriber's sink takes bytes again.</summary>
    Writable,

    /// <summary>A catch-up reader gives the subscriber back.</summary>
    CaughtUp,

    /// <summary>Somebody wants the subscriber to end.</summary>
    Closing,

    /// <summary>The subscriber has another identity.</summary>
    Renewed,

    /// <summary>Time has passed.</summary>
    Tick,

    /// <summary>The hub is leaving.</summary>
    Drain,
}
