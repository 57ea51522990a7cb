
namespace Longwave.Engine.Subscribers;

/// <summary>Message to a shard.</summary>
internal readonly record struct ShardMessage(ShardMessageKind Kind, Subscriber? Subscriber = null);

internal enum ShardMessageKind
{
    /// <summary>A subscriber was opened; its greeting is written.</summary>
    Opened,

    /// <summary>The subscriber's sink accepts bytes again.</summary>
    Writable,

    /// <summary>A catch-up reader returns the subscriber.</summary>
    CaughtUp,

    /// <summary>The subscriber was asked to end.</summary>
    Closing,

    /// <summary>The subscriber has a new identity.</summary>
    Renewed,

    /// <summary>A tick of the timer.</summary>
    Tick,

    /// <summary>The hub starts to drain.</summary>
    Drain,
}
