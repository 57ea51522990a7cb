namespace Longwave.Engine.Access;

/// <summary>The end of a token, as a stream lives it.</summary>
/// <param name="NoticeAt">When the client is told that its token expires.</param>
/// <param name="ExpiresAt">When the token expires; told to the client.</param>
/// <param name="EndsAt">When the stream ends: a little later, because clocks differ.</param>
public sealed record StreamExpiry(DateTimeOffset NoticeAt, DateTimeOffset ExpiresAt, DateTimeOffset EndsAt);
