using Longwave.Client.Failures;

namespace Longwave.Client.Publishing;

/// <summary>A failed attempt to publish that the client will retry.</summary>
/// <param name="Failure">Reason for the failure.</param>
/// <param name="Attempt">Number of the attempt that failed, from 1.</param>
/// <param name="Delay">Time until the next attempt.</param>
public sealed record PublishRetry(HubFailure Failure, int Attempt, TimeSpan Delay);
