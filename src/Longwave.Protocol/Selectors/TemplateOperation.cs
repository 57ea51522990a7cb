namespace Longwave.Protocol.Selectors;

internal enum TemplateOperation : byte
{
    /// <summary>Takes exactly one character.</summary>
    Character,

    /// <summary>Takes a character that a variable may hold: unreserved, comma, above ASCII.</summary>
    Unreserved,

    /// <summary>Takes a character that a <c>+</c> or <c>#</c> variable may hold: reserved ones too.</summary>
    Reserved,

    /// <summary>Takes one hexadecimal digit.</summary>
    HexDigit,

    /// <summary>Goes on here and at the target.</summary>
    Split,

    /// <summary>Goes on at the target only.</summary>
    Jump,

    /// <summary>The template is used up.</summary>
    End,
}
