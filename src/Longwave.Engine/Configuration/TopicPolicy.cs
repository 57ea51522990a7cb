using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Longwave.Engine.Configuration;

/// <summary>
/// Retention, durability and handling of slow clients for the topics of a selector. The first policy whose selector matches a topic applies.
/// </summary>
public sealed class TopicPolicy
{
    /// <summary>Selector of the topics: an exact topic, <c>*</c>, or an RFC 6570 template.</summary>
    [Required]
    [Description("Selector of the topics: an exact topic, `*`, a glob such as `prices/*`, or a URI template such as `prices/{symbol}`. The first policy that matches applies.")]
    public string Selector { get; set; } = "*";

    /// <summary>Maximum age of events; zero is unlimited.</summary>
    [Description("Maximum age of events. The hub removes older events; `00:00:00` is unlimited.")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Maximum number of events per topic; zero is unlimited.</summary>
    [Range(0, long.MaxValue)]
    [Description("Maximum number of events per topic. The hub removes the oldest events; 0 is unlimited.")]
    public long MaxCount { get; set; }

    /// <summary>Maximum size of the data per topic, in bytes; zero is unlimited.</summary>
    [Range(0, long.MaxValue)]
    [Description("Maximum size of the data per topic, in bytes. The hub removes the oldest events; 0 is unlimited.")]
    public long MaxBytes { get; set; }

    /// <summary>Where events are kept before the hub acknowledges them.</summary>
    [Description("Where events are kept. `Log`: on disk, synced before the hub answers the publisher. `Memory`: only in the hot tail, lost on restart (subscribers get a gap notice).")]
    public Durability Durability { get; set; }

    /// <summary>Handling of a client that does not keep up.</summary>
    [Description("What the hub sends to a client that missed events because it did not keep up. `CatchUp`: all of them, from the log. `Conflate`: the newest per key. `Skip`: a gap notice instead. `Disconnect`: the stream ends with the reason.")]
    public SlowConsumer SlowConsumer { get; set; }
}
