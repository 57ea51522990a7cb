using Longwave.Hubs;

namespace Longwave.Tail;

/// <summary>What the command line of <c>longwave tail</c> said; null where it said nothing.</summary>
internal sealed record TailArguments
{
    public required HubAddress Hub { get; init; }

    public IReadOnlyList<string> Selectors { get; init; } = ["*"];

    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>As the hub takes it: <c>earliest</c> or an RFC 3339 time.</summary>
    public string? Since { get; init; }

    public string? LastEventId { get; init; }

    /// <summary>Events after which it ends.</summary>
    public long? Count { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }

    /// <summary>Wait for a hub that is not there yet.</summary>
    public bool Wait { get; init; }

    /// <summary>Silence after which a stream counts as dead.</summary>
    public TimeSpan Silence { get; init; } = TailCommand.DefaultSilence;
}
