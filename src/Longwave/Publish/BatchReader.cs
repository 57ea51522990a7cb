using System.Buffers;

namespace Longwave.Publish;

/// <summary>Makes batches of lines: as large as allowed, but never waiting for more lines while there is one to send.</summary>
/// <param name="lines">The input.</param>
/// <param name="format">What a line means.</param>
/// <param name="fromLine">First line that counts.</param>
/// <param name="whole">The input is a file, whose next lines are there at once: batches are filled up.</param>
internal sealed class BatchReader(LineReader lines, ILineFormat format, long fromLine, bool whole)
{
    private readonly ArrayBufferWriter<byte> _event = new(4 * 1024);
    private long _eventLine;

    /// <summary>The line at which reading stopped because it is bad, and why; null while all is well.</summary>
    public BadLine? Bad { get; private set; }

    /// <summary>Lines that held no event.</summary>
    public long Skipped { get; private set; }

    /// <summary>The next batch; null at the end of the input, or before a bad line.</summary>
    public async Task<Batch?> NextAsync(CancellationToken cancellation)
    {
        var batch = new Batch();
        Keep(batch); // What had no room in the batch before.
        while (Bad is null && TakeLines(batch))
        {
            if ((batch.Count > 0 && !whole) || !await lines.FillAsync(cancellation))
            {
                break;
            }
        }

        if (lines.LineTooLong)
        {
            Bad ??= new BadLine(lines.Number + 1, $"it has more than {LineReader.MaxLineBytes / (1024 * 1024)} MiB");
        }

        batch.InputBytes = lines.BytesTaken;
        return batch.Count > 0 ? batch : null;
    }

    /// <summary>Takes lines until there is none at hand; false when the batch is full or a line is bad.</summary>
    private bool TakeLines(Batch batch)
    {
        while (lines.TryTake(out ReadOnlyMemory<byte> line))
        {
            if (lines.Number < fromLine)
            {
                continue;
            }

            if (format.TryEncode(line, lines.Number, _event, out string? problem))
            {
                _eventLine = lines.Number;
                if (!Keep(batch))
                {
                    return false;
                }
            }
            else if (problem is not null)
            {
                Bad = new BadLine(lines.Number, problem);
                return false;
            }
            else
            {
                Skipped++;
            }
        }

        return true;
    }

    private bool Keep(Batch batch)
    {
        if (_event.WrittenCount == 0)
        {
            return true;
        }

        if (batch.IsFullFor(_event.WrittenCount))
        {
            return false;
        }

        batch.Add(_event.WrittenSpan, _eventLine);
        _event.ResetWrittenCount();
        return true;
    }
}
