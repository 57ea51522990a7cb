using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Engine.Configuration;

/// <summary>How long the events of matching topics are kept, how safely, and what slow clients get. The first policy whose selector matches a topic holds.</summary>
public sealed class TopicPolicy
{
    /// <summary>Which topics: an exact topic, <c>*</c>, or an RFC 6570 template.</summary>
    [Required]
    [Description("Which topics: an exact topic, `*`, or a URI template such as `prices/{symbol}`. The first policy that matches holds.")]
    public string Selector { get; set; } = "*";

    /// <summary>Oldest event kept; zero keeps events of any age.</summary>
    [Description("Events older than this are removed; `00:00:00` keeps any age.")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Most events kept per topic; zero is no bound.</summary>
    [Range(0, long.MaxValue)]
    [Description("Most events kept per topic; the oldest are removed; 0 is no bound.")]
    public long MaxCount { get; set; }

    /// <summary>Most bytes of data kept per topic; zero is no bound.</summary>
    [Range(0, long.MaxValue)]
    [Description("Most bytes of data kept per topic; the oldest events are removed; 0 is no bound.")]
    public long MaxBytes { get; set; }

    /// <summary>Whether events are on disk before they are acknowledged.</summary>
    [Description("`Log`: on disk and synced before the publisher is answered. `Memory`: only in the hot tail, lost at a restart (the subscriber is told by a gap notice).")]
    public Durability Durability { get; set; }

    /// <summary>What a client that does not keep up gets of the events that it missed.</summary>
    [Description("What a client that does not keep up gets of the events that it missed: `CatchUp`: all of them, from the log. `Conflate`: the newest per key. `Skip`: none, but a gap notice. `Disconnect`: the stream ends with the reason.")]
    public SlowConsumer SlowConsumer { get; set; }
}
