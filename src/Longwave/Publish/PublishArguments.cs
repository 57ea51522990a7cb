using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>Parsed command line of <c>longwave publish</c>; null where an option is absent.</summary>
internal sealed record PublishArguments
{
    public string? Topic { get; init; }

    public string? Data { get; init; }

    public FileInfo? File { get; init; }

    public string? Type { get; init; }

    public string? Key { get; init; }

    public string? ContentType { get; init; }

    public string? IdempotencyKey { get; init; }

    public bool Lines { get; init; }

    public bool Ndjson { get; init; }

    /// <summary>Whether a line end at the end of standard input is part of the data.</summary>
    public bool Raw { get; init; }

    public bool Positions { get; init; }

    /// <summary>Whether the topic is complete after the input.</summary>
    public bool Complete { get; init; }

    /// <summary>Whether results are printed as JSON.</summary>
    public bool Json { get; init; }

    public bool Quiet { get; init; }

    public int InFlight { get; init; } = 1;

    public long FromLine { get; init; } = 1;

    public TimeSpan RetryFor { get; init; } = PublishCommand.DefaultRetryFor;

    /// <summary>Whether to retry even if the hub is not reachable at the start.</summary>
    public bool WaitForHub { get; init; }

    public required HubAddress Hub { get; init; }

    /// <summary>Whether the input contains many events.</summary>
    public bool IsBulk => Lines || Ndjson;
}
