using Longwave.Hubs;

namespace Longwave.Tail;

/// <summary>Parsed command line of <c>longwave tail</c>; null where an option is absent.</summary>
internal sealed record TailArguments
{
    public required HubAddress Hub { get; init; }

    public IReadOnlyList<string> Selectors { get; init; } = ["*"];

    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Start in the hub's format: <c>earliest</c> or an RFC 3339 time.</summary>
    public string? Since { get; init; }

    public string? LastEventId { get; init; }

    /// <summary>Number of events after which the command ends.</summary>
    public long? Count { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }

    /// <summary>Whether to wait for a hub that is not reachable yet.</summary>
    public bool Wait { get; init; }

    /// <summary>Silence after which a stream is considered dead.</summary>
    public TimeSpan Silence { get; init; } = TailCommand.DefaultSilence;
}
