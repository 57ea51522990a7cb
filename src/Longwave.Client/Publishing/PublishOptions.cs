namespace Longwave.Client.Publishing;

/// <summary>Retries and timeouts of one publish. <see cref="LongwaveClientOptions.Publish"/> has the defaults of a client.</summary>
public sealed record PublishOptions
{
    /// <summary>
    /// Idempotency key of the publish, 1 to 255 characters: the hub appends the event once, even if the client sends it several times. Null, the default, uses a
    /// random key for each publish.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Time limit for all attempts. Default 60 seconds; a hub remembers keys for ten minutes by default.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time limit for one attempt. Default 60 seconds.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Minimum delay between two attempts. Default 250 milliseconds.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Maximum delay between two attempts, unless the hub asks for a longer one. Default 10 seconds.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether to retry while the hub is unreachable and this client has never reached it. False fails at once, because the address is probably wrong. Default
    /// true.
    /// </summary>
    public bool WaitForHub { get; init; } = true;

    /// <summary>Called before each retry.</summary>
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
