using System.Buffers.Binary;

namespace Longwave.Engine.Storage;

/// <summary>Head of the shared-memory file of a write-ahead log. Format: https://www.sqlite.org/walformat.html#the_wal_index_file_format.</summary>
/// <param name="CommittedFrames">Number of frames of committed transactions.</param>
/// <param name="CopiedFrames">Number of frames that a checkpoint has copied into the database.</param>
/// <param name="Salts">Salts of the write-ahead log, as in its header.</param>
internal readonly record struct WalIndex(uint CommittedFrames, uint CopiedFrames, ulong Salts)
{
    private const int HeaderBytes = 48;
    private const uint Version = 3_007_000;

    /// <summary>Reads the file; null if it is missing or was interrupted during a change.</summary>
    public static WalIndex? Read(string path)
    {
        var file = new FileInfo(path);
        Span<byte> head = stackalloc byte[(2 * HeaderBytes) + sizeof(uint)];
        if (!file.Exists || file.Length < head.Length)
        {
            return null;
        }

        using (FileStream stream = file.OpenRead())
        {
            stream.ReadExactly(head);
        }

        // SQLite writes the second copy first. If both are equal and match their checksum, the change of both was complete.
        Span<byte> header = head[..HeaderBytes];
        bool isComplete = header.SequenceEqual(head[HeaderBytes..(2 * HeaderBytes)]) && Word(header, 0) == Version && header[12] != 0;
        (uint first, uint second) = (0u, 0u);
        for (int at = 0; at < 40; at += 8)
        {
            first += Word(header, at) + second;
            second += Word(header, at + 4) + first;
        }

        return isComplete && (first, second) == (Word(header, 40), Word(header, 44))
            ? new WalIndex(Word(header, 16), Word(head, 2 * HeaderBytes), BinaryPrimitives.ReadUInt64LittleEndian(header[32..]))
            : null;
    }

    // In the byte order of the machine, because the file never leaves it.
    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BitConverter.ToUInt32(bytes[at..]);
}
