using Longwave.Client.Failures;

namespace Longwave.Client.Publishing;

/// <summary>A publish did not come through, and is tried again.</summary>
/// <param name="Failure">Why.</param>
/// <param name="Attempt">Which attempt failed, from 1.</param>
/// <param name="Delay">Time until the next.</param>
public sealed record PublishRetry(HubFailure Failure, int Attempt, TimeSpan Delay);
