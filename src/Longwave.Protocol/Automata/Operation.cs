namespace Longwave.Protocol.Automata;

/// <summary>Operation of an <see cref="Instruction"/>.</summary>
internal enum Operation : byte
{
    /// <summary>Matches one character of a set, and continues with the next instruction.</summary>
    Match,

    /// <summary>Continues at the next instruction and at the target.</summary>
    Split,

    /// <summary>Continues at the target only.</summary>
    Jump,

    /// <summary>Continues at the next instruction at the start of the text.</summary>
    AtStart,

    /// <summary>Continues at the next instruction at the end of the text.</summary>
    AtEnd,

    /// <summary>Continues at the next instruction between a word character and another character or an end of the text.</summary>
    AtWordBoundary,

    /// <summary>Continues at the next instruction where <see cref="AtWordBoundary"/> does not.</summary>
    NotAtWordBoundary,

    /// <summary>Accepts the text if it ends here.</summary>
    End,
}
