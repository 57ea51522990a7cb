using System.Buffers;

namespace Longwave.Protocol.Selectors;

/// <summary>A compiled template. It simulates all states in parallel (Thompson), so that no topic causes backtracking.</summary>
internal sealed class TemplateProgram(string prefix, TemplateInstruction[] code)
{
    private static readonly SearchValues<char> Unreserved = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,");

    private static readonly SearchValues<char> Reserved = SearchValues.Create(":/?#[]@!$&'()*+,;=");

    /// <summary>The literal before the first expression.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Number of instructions: the maximum steps per character of a match.</summary>
    public int Length => code.Length;

    /// <summary>Whether the template can expand to the topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="steps">Number of visited instructions, for the test of linear time.</param>
    public bool Matches(ReadOnlySpan<char> topic, out long steps)
    {
        steps = 0;
        if (!topic.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        topic = topic[Prefix.Length..];
        Span<ushort> current = stackalloc ushort[code.Length];
        Span<ushort> next = stackalloc ushort[code.Length];
        Span<ulong> seen = stackalloc ulong[(code.Length + 63) / 64];
        int count = 0;
        Add(0, current, ref count, seen);
        for (int at = 0; ; at++)
        {
            bool atEnd = at == topic.Length;
            char c = atEnd ? '\0' : topic[at];
            int nextCount = 0;

            // Splits and jumps append to the list during the iteration; each instruction occurs in it at most once.
            for (int i = 0; i < count; i++)
            {
                ushort here = current[i];
                TemplateInstruction instruction = code[here];
                switch (instruction.Operation)
                {
                    case TemplateOperation.Split:
                        Add((ushort)(here + 1), current, ref count, seen);
                        Add(instruction.Target, current, ref count, seen);
                        break;
                    case TemplateOperation.Jump:
                        Add(instruction.Target, current, ref count, seen);
                        break;
                    case TemplateOperation.End:
                        if (atEnd)
                        {
                            steps += count;
                            return true;
                        }

                        break;
                    default:
                        if (!atEnd && Takes(instruction, c))
                        {
                            next[nextCount++] = (ushort)(here + 1);
                        }

                        break;
                }
            }

            steps += count;
            if (nextCount == 0)
            {
                return false;
            }

            seen.Clear();
            count = 0;
            for (int i = 0; i < nextCount; i++)
            {
                Add(next[i], current, ref count, seen);
            }
        }
    }

    private static void Add(ushort instruction, Span<ushort> list, ref int count, Span<ulong> seen)
    {
        ulong bit = 1UL << (instruction & 63);
        ref ulong word = ref seen[instruction >> 6];
        if ((word & bit) == 0)
        {
            word |= bit;
            list[count++] = instruction;
        }
    }

    private static bool Takes(TemplateInstruction instruction, char c) => instruction.Operation switch
    {
        TemplateOperation.Character => c == instruction.Character,
        TemplateOperation.Unreserved => c >= 0xA0 || Unreserved.Contains(c),
        TemplateOperation.Reserved => c >= 0xA0 || Unreserved.Contains(c) || Reserved.Contains(c),
        _ => char.IsAsciiHexDigit(c),
    };
}
