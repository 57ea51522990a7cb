namespace Longwave.Protocol.Events;

/// <summary>What sort of rule an event broke; a server maps it to a status code.</summary>
public enum EventProblemKind
{
    /// <summary>A field holds what it must not hold, or a required one is missing.</summary>
    Invalid,

    /// <summary>A field, or the event as a whole, is over a limit of size or count.</summary>
    TooLarge,

    /// <summary>Bytes that should be UTF-8 text are not.</summary>
    NotUtf8,
}
