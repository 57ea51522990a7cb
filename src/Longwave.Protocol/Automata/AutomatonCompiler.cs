using System.Runtime.InteropServices;

namespace Longwave.Protocol.Automata;

/// <summary>
/// Compiles a program to an <see cref="Automaton"/> (subset construction), or rejects it: states, transitions and work have limits, because some
/// programs need exponentially many states.
/// </summary>
internal sealed class AutomatonCompiler
{
    /// <summary>Maximum number of states.</summary>
    public const int MaxStates = 4_096;

    /// <summary>Maximum number of transitions: 128 KB of memory.</summary>
    public const int MaxTransitions = 65_536;

    /// <summary>Maximum number of visited instructions: a few milliseconds.</summary>
    public const int MaxSteps = 1_048_576;

    /// <summary>Part of <see cref="Automaton.Cost"/> that every automaton has.</summary>
    private const int BaseCost = 128;

    /// <summary>Visited instructions that count as one transition in <see cref="Automaton.Cost"/>.</summary>
    private const int StepsPerTransition = 4;

    // What precedes the next character; part of a state only in a program with assertions.
    private const char AfterStart = '\0';
    private const char AfterWord = '\u0001';
    private const char AfterOther = '\u0002';

    private readonly AutomatonProgram _program;
    private readonly CharacterClasses _classes;
    private readonly bool[][] _members;
    private readonly bool[] _isWord;
    private readonly int _classCount;

    // A state is the sorted indexes of its instructions, after the character of what precedes, in one string.
    private readonly List<string> _states = [""];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<ushort> _table = [];
    private readonly List<char> _set = [];
    private readonly List<char> _closed = [];
    private readonly Stack<int> _open = [];
    private readonly int[] _seen;
    private readonly int _maxSteps = CompilationLimit.MaxSteps;
    private int _stamp;
    private int _steps;

    private AutomatonCompiler(AutomatonProgram program, CharacterClasses classes, bool[][] members)
    {
        (_program, _classes, _members) = (program, classes, members);
        _isWord = members[^1];
        _classCount = _isWord.Length;
        _seen = new int[program.Count];
    }

    /// <summary>Whether the work exceeds a limit.</summary>
    private bool IsTooLarge => _steps > _maxSteps || _states.Count > MaxStates || _states.Count * (_classCount + 1) > MaxTransitions;

    /// <summary>Compiles a program; null if it exceeds a limit, its own or that of the current thread (<see cref="CompilationLimit"/>).</summary>
    public static Automaton? TryCompile(AutomatonProgram program)
    {
        if (program.IsTooLarge || !CompilationLimit.TryTake(CompilationLimit.BaseSteps))
        {
            return null;
        }

        // The word characters come last and only matter to assertions.
        CharacterClasses? classes = CharacterClasses.Find([.. program.Sets, program.HasAssertions ? CharacterSet.Word : default], out bool[][] members);
        if (classes is null)
        {
            return null;
        }

        var compiler = new AutomatonCompiler(program, classes, members);
        Automaton? compiled = compiler.Compile();
        return CompilationLimit.TryTake(compiler._steps) ? compiled : null;
    }

    private Automaton? Compile()
    {
        _table.AddRange(new ushort[_classCount + 1]);
        Begin();
        Follow(0);
        NumberOf(AfterStart);
        for (int state = Automaton.Start; state < _states.Count; state++)
        {
            for (int column = 0; column <= _classCount; column++)
            {
                if (IsTooLarge)
                {
                    return null;
                }

                _table.Add(column < _classCount ? Next(_states[state], column) : Accepts(_states[state]));
            }
        }

        return new Automaton(_classes, [.. _table], _classCount + 1, BaseCost + _table.Count + (_steps / StepsPerTransition));
    }

    /// <summary>State after a state and a character of a class.</summary>
    private ushort Next(string state, int column)
    {
        ReadOnlySpan<char> members = Pass(state, column);
        Begin();
        foreach (char member in members)
        {
            _steps++;
            Instruction instruction = _program.Code[member];
            if (instruction.Operation == Operation.Match && _members[instruction.Operand][column])
            {
                Follow(member + 1);
            }
        }

        return NumberOf(_isWord[column] ? AfterWord : AfterOther);
    }

    private ushort Accepts(string state)
    {
        foreach (char member in Pass(state, _classCount))
        {
            _steps++;
            if (_program.Code[member].Operation == Operation.End)
            {
                return 1;
            }
        }

        return 0;
    }

    /// <summary>Instructions of a state that can continue before a character of a class, or at the end of the text: passes its assertions.</summary>
    private ReadOnlySpan<char> Pass(string state, int column)
    {
        if (!_program.HasAssertions)
        {
            return state.AsSpan(1);
        }

        Begin();
        foreach (char member in state.AsSpan(1))
        {
            Follow(member);
        }

        for (int i = 0; i < _set.Count; i++)
        {
            _steps++;
            if (_program.Code[_set[i]] is { IsAssertion: true } assertion && Holds(assertion.Operation, state[0], column))
            {
                Follow(_set[i] + 1);
            }
        }

        _closed.Clear();
        _closed.AddRange(_set);
        return CollectionsMarshal.AsSpan(_closed);
    }

    private bool Holds(Operation assertion, char before, int column)
    {
        bool isBoundary = (before == AfterWord) != (column < _classCount && _isWord[column]);
        return assertion switch
        {
            Operation.AtStart => before == AfterStart,
            Operation.AtEnd => column == _classCount,
            Operation.AtWordBoundary => isBoundary,
            _ => !isBoundary,
        };
    }

    private void Begin()
    {
        _stamp++;
        _set.Clear();
    }

    /// <summary>Adds the instruction at an index to the set, and those that splits and jumps lead to.</summary>
    private void Follow(int index)
    {
        _open.Push(index);
        while (_open.TryPop(out int at))
        {
            _steps++;
            if (_seen[at] == _stamp)
            {
                continue;
            }

            _seen[at] = _stamp;
            Instruction instruction = _program.Code[at];
            switch (instruction.Operation)
            {
                case Operation.Split:
                    _open.Push(at + 1);
                    _open.Push(instruction.Operand);
                    break;
                case Operation.Jump:
                    _open.Push(instruction.Operand);
                    break;
                default:
                    _set.Add((char)at);
                    break;
            }
        }
    }

    /// <summary>Number of the state with the collected instructions.</summary>
    private ushort NumberOf(char before)
    {
        if (_set.Count == 0)
        {
            return Automaton.Dead;
        }

        _set.Sort();
        _set.Insert(0, _program.HasAssertions ? before : AfterStart);
        string state = CollectionsMarshal.AsSpan(_set).ToString();
        if (!_numbers.TryGetValue(state, out int number))
        {
            number = _states.Count;
            _states.Add(state);
            _numbers.Add(state, number);
        }

        return (ushort)number;
    }
}
