using System.Runtime.InteropServices;

namespace Longwave.Protocol.Automata;

/// <summary>An instruction of a program.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Operand">Index of the set of a match, or target of a split or jump.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Instruction(Operation Operation, ushort Operand = 0)
{
    /// <summary>Whether the instruction continues only in some places of the text.</summary>
    public bool IsAssertion => Operation is Operation.AtStart or Operation.AtEnd or Operation.AtWordBoundary or Operation.NotAtWordBoundary;
}
