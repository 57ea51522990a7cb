namespace Longwave.Protocol.Automata;

/// <summary>A regular expression, which writes itself to a program as often as it repeats.</summary>
internal abstract class Expression
{
    /// <summary>Number of repetitions without a limit.</summary>
    public const int Unlimited = int.MaxValue;

    /// <summary>Matches the empty text.</summary>
    public static Expression Empty { get; } = new TextExpression("");

    /// <summary>Writes the instructions that match the expression.</summary>
    public abstract void WriteTo(AutomatonProgram program);

    public static Expression Text(string text) => new TextExpression(text);

    public static Expression OneOf(CharacterSet set) => new SetExpression(set);

    /// <summary>An assertion, which matches a place and no character.</summary>
    public static Expression At(Operation assertion) => new AssertionExpression(assertion);

    public static Expression Sequence(params IReadOnlyList<Expression> items) => items.Count == 1 ? items[0] : new SequenceExpression(items);

    public static Expression Choice(IReadOnlyList<Expression> items) => items.Count == 1 ? items[0] : new ChoiceExpression(items);

    /// <summary>Repeats an expression from a minimum to a maximum number of times.</summary>
    public static Expression Repeat(Expression item, int least, int most) => new RepeatExpression(item, least, most);

    private sealed class TextExpression(string text) : Expression
    {
        public override void WriteTo(AutomatonProgram program) => program.EmitText(text);
    }

    private sealed class SetExpression(CharacterSet set) : Expression
    {
        public override void WriteTo(AutomatonProgram program) => program.EmitMatch(set);
    }

    private sealed class AssertionExpression(Operation assertion) : Expression
    {
        public override void WriteTo(AutomatonProgram program) => program.Emit(assertion);
    }

    private sealed class SequenceExpression(IReadOnlyList<Expression> items) : Expression
    {
        public override void WriteTo(AutomatonProgram program)
        {
            foreach (Expression item in items)
            {
                item.WriteTo(program);
            }
        }
    }

    private sealed class ChoiceExpression(IReadOnlyList<Expression> items) : Expression
    {
        public override void WriteTo(AutomatonProgram program)
        {
            var ends = new List<int>();
            for (int i = 0; i < items.Count - 1; i++)
            {
                int next = program.Emit(Operation.Split);
                items[i].WriteTo(program);
                ends.Add(program.Emit(Operation.Jump));
                program.Land(next);
            }

            items[^1].WriteTo(program);
            program.Land(ends);
        }
    }

    private sealed class RepeatExpression(Expression item, int least, int most) : Expression
    {
        public override void WriteTo(AutomatonProgram program)
        {
            int before = program.Count;
            for (int i = 0; i < least && !program.IsTooLarge; i++)
            {
                item.WriteTo(program);
                if (program.Count == before)
                {
                    // The item has no instructions, and neither has any number of repetitions.
                    return;
                }
            }

            if (most == Unlimited)
            {
                int loop = program.Emit(Operation.Split);
                item.WriteTo(program);
                program.Emit(Operation.Jump, loop);
                program.Land(loop);
                return;
            }

            var ends = new List<int>();
            for (int i = least; i < most && !program.IsTooLarge; i++)
            {
                ends.Add(program.Emit(Operation.Split));
                item.WriteTo(program);
            }

            program.Land(ends);
        }
    }
}
