using System.Buffers;

namespace Longwave.Publish;

/// <summary>Groups lines into batches as large as allowed, but sends a partial batch rather than wait for more input.</summary>
/// <param name="lines">Input lines.</param>
/// <param name="format">Format of a line.</param>
/// <param name="fromLine">First line to publish.</param>
/// <param name="whole">Whether the input is a file: its next lines are available at once, so batches are filled up.</param>
internal sealed class BatchReader(LineReader lines, ILineFormat format, long fromLine, bool whole)
{
    private readonly ArrayBufferWriter<byte> _event = new(4 * 1024);
    private long _eventLine;

    /// <summary>The invalid line that ended reading; null if there is none.</summary>
    public BadLine? Bad { get; private set; }

    /// <summary>Number of lines without an event.</summary>
    public long Skipped { get; private set; }

    /// <summary>Reads the next batch; null at the end of the input or before an invalid line.</summary>
    public async Task<Batch?> NextAsync(CancellationToken cancellation)
    {
        var batch = new Batch();
        Keep(batch); // The line that did not fit into the previous batch.
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

    /// <summary>Adds the lines that are available; false if the batch is full or a line is invalid.</summary>
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
