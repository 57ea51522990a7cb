using System.Runtime.InteropServices;

namespace Longwave.Protocol.Automata;

/// <summary>A nondeterministic automaton in the form of instructions (Thompson). Write it, then compile it with <see cref="AutomatonCompiler"/>.</summary>
internal sealed class AutomatonProgram
{
    /// <summary>Maximum number of instructions. A larger program is not compiled.</summary>
    public const int MaxInstructions = 8_192;

    private readonly List<Instruction> _code = [];
    private readonly List<CharacterSet> _sets = [];
    private readonly Dictionary<CharacterSet, int> _indexes = [];

    /// <summary>Number of instructions.</summary>
    public int Count => _code.Count;

    /// <summary>Whether the program exceeds its limit. A writer stops early then, because repetitions multiply.</summary>
    public bool IsTooLarge => _code.Count > MaxInstructions;

    /// <summary>Whether the program has an assertion.</summary>
    public bool HasAssertions { get; private set; }

    /// <summary>The instructions.</summary>
    public ReadOnlySpan<Instruction> Code => CollectionsMarshal.AsSpan(_code);

    /// <summary>The different sets of the match instructions.</summary>
    public IReadOnlyList<CharacterSet> Sets => _sets;

    /// <summary>Adds an instruction and returns its index.</summary>
    public int Emit(Operation operation, int operand = 0)
    {
        var added = new Instruction(operation, (ushort)operand);
        HasAssertions |= added.IsAssertion;
        _code.Add(added);
        return _code.Count - 1;
    }

    /// <summary>Adds an instruction that matches one character of the set.</summary>
    public void EmitMatch(CharacterSet set)
    {
        if (!_indexes.TryGetValue(set, out int index))
        {
            _indexes.Add(set, index = _sets.Count);
            _sets.Add(set);
        }

        Emit(Operation.Match, index);
    }

    /// <summary>Adds instructions that match a text.</summary>
    public void EmitText(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            EmitMatch(CharacterSet.Of(c));
        }
    }

    /// <summary>Sets the targets of earlier jumps or splits to the next instruction, and empties the list.</summary>
    public void Land(List<int> jumps)
    {
        foreach (int jump in jumps)
        {
            Land(jump);
        }

        jumps.Clear();
    }

    /// <summary>Sets the target of an earlier jump or split to the next instruction.</summary>
    public void Land(int jump) => SetTarget(jump, _code.Count);

    /// <summary>Sets the target of an earlier jump or split.</summary>
    public void SetTarget(int jump, int target) => _code[jump] = _code[jump] with { Operand = (ushort)target };
}
