namespace Longwave.Client.Publishing;

/// <summary>How one publish behaves when the hub is busy, full or away. The defaults of a client are <see cref="LongwaveClientOptions.Publish"/>.</summary>
public sealed record PublishOptions
{
    /// <summary>
    /// Names what is published, so that a request whose answer was lost can be sent again and is appended once. Null, the default, is a random one
    /// for each publish. 1 to 255 characters.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>How long a publish is tried. Default 60 seconds; a hub remembers keys for ten minutes unless configured.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one attempt may take. Default 60 seconds.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Shortest wait between two attempts. Default 250 milliseconds.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait between two attempts, unless the hub asks for more. Default 10 seconds.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a hub that never answered this client is waited for, or is most likely a wrong address. Default true: waited for.</summary>
    public bool WaitForHub { get; init; } = true;

    /// <summary>Told before each further attempt.</summary>
    public Action<PublishRetry>? Retrying { get; init; }

    internal void Check()
    {
        if (IdempotencyKey is { Length: 0 or > 255 })
        {
            throw new ArgumentException($"{nameof(IdempotencyKey)} has {IdempotencyKey.Length} characters; it must have 1 to 255.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(RetryFor, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AttemptTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MinDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, MinDelay);
    }
}
