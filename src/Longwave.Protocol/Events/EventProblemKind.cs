namespace Longwave.Protocol.Events;

/// <summary>The kind of rule that an event broke; a server maps it to a status code.</summary>
public enum EventProblemKind
{
    /// <summary>A field has an invalid value, or a required field is missing.</summary>
    Invalid,

    /// <summary>A field or the whole event exceeds a limit of size or count.</summary>
    TooLarge,

    /// <summary>Bytes that must be UTF-8 text are not.</summary>
    NotUtf8,
}
