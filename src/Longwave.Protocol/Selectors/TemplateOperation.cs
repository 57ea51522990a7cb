namespace Longwave.Protocol.Selectors;

internal enum TemplateOperation : byte
{
    /// <summary>Matches exactly one given character.</summary>
    Character,

    /// <summary>Matches a character that a variable may contain: unreserved, comma, above ASCII.</summary>
    Unreserved,

    /// <summary>Matches a character that a <c>+</c> or <c>#</c> variable may contain: also reserved ones.</summary>
    Reserved,

    /// <summary>Matches one hexadecimal digit.</summary>
    HexDigit,

    /// <summary>Continues at the next instruction and at the target.</summary>
    Split,

    /// <summary>Continues at the target only.</summary>
    Jump,

    /// <summary>Marks the end of the template.</summary>
    End,
}
