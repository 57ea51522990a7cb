namespace Longwave.Engine.Access;

/// <summary>Expiry of a stream's token, in three times.</summary>
/// <param name="NoticeAt">Time of the notice to the client that its token expires.</param>
/// <param name="ExpiresAt">Time at which the token expires, which the notice contains.</param>
/// <param name="EndsAt">Time at which the stream ends: a little later, because clocks differ.</param>
public sealed record StreamExpiry(DateTimeOffset NoticeAt, DateTimeOffset ExpiresAt, DateTimeOffset EndsAt);
