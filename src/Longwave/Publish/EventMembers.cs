namespace Longwave.Publish;

/// <summary>Members of an event that a line gives; the others are null.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Type">Type.</param>
/// <param name="Key">Key.</param>
/// <param name="Id">Id; with the source it forms the idempotency key.</param>
/// <param name="Time">Time of occurrence, RFC 3339.</param>
/// <param name="ContentType">Media type of the data.</param>
internal readonly record struct EventMembers(string? Topic, string? Type, string? Key, string? Id, string? Time, string? ContentType);
