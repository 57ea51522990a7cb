namespace Longwave.Publish;

/// <summary>What a line says about its event; null where it says nothing.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Type">Its type.</param>
/// <param name="Key">Its key.</param>
/// <param name="Id">Its id, which together with the source is its idempotency key.</param>
/// <param name="Time">When it happened, RFC 3339.</param>
/// <param name="ContentType">Media type of its data.</param>
internal readonly record struct EventMembers(string? Topic, string? Type, string? Key, string? Id, string? Time, string? ContentType);
