namespace Longwave.Server.Http;

/// <summary>A query parameter of an endpoint.</summary>
/// <param name="Name">Its name; case counts.</param>
/// <param name="Repeatable">Whether it may be given more than once.</param>
internal readonly record struct QueryParameter(string Name, bool Repeatable = false)
{
    /// <summary>Another spelling that other software uses, or null; it counts as the same parameter.</summary>
    public string? Alias { get; init; }

    /// <summary>
    /// Whether a comma in a value must be percent-encoded. Some clients write a list in this way; as one name, it would match nothing. A client that encodes
    /// its values, as both SDKs do, always means one name.
    /// </summary>
    public bool HasNoLists { get; init; }

    /// <summary>Whether <paramref name="name"/> is one of its spellings.</summary>
    public bool IsNamed(ReadOnlySpan<char> name) => name.SequenceEqual(Name) || (Alias is not null && name.SequenceEqual(Alias));
}
