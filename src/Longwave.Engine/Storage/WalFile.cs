using System.Buffers.Binary;

namespace Longwave.Engine.Storage;

/// <summary>
/// Reads the write-ahead log of a database before SQLite opens it. SQLite keeps the transactions before the first invalid frame and ignores the rest,
/// whether a crash interrupted the last write or the disk has damaged transactions that were committed. This class tells the two apart.
/// Format: https://www.sqlite.org/walformat.html.
/// </summary>
/// <remarks>
/// <para>
/// After the crash of a process, the shared-memory file (<c>-shm</c>) still has the number of committed frames. If fewer are valid, some are damaged.
/// </para>
/// <para>
/// After a power failure, that file can be missing or old. The hub syncs each transaction before the next, so a write that was interrupted is the last
/// one. Valid frames after an invalid one are therefore damage. A power failure can also write the pages of the last transaction out of order, which
/// looks the same; the log then gets a new epoch although no acknowledged event is lost.
/// </para>
/// </remarks>
internal sealed class WalFile
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const int MaxPageBytes = 65_536;
    private const uint LittleEndianMagic = 0x377f0682;

    private readonly FileStream _file;
    private readonly byte[] _header = new byte[HeaderBytes];
    private readonly byte[] _frame;
    private readonly bool _isBigEndian;
    private readonly bool _isHeaderValid;

    private WalFile(FileStream file)
    {
        _file = file;
        file.ReadExactly(_header);
        uint magic = Word(_header, 0);
        _isBigEndian = magic == (LittleEndianMagic | 1);
        uint pageBytes = Word(_header, 8);
        bool isKnown = (magic & ~1u) == LittleEndianMagic && pageBytes is >= 512 and <= MaxPageBytes && uint.IsPow2(pageBytes);
        _isHeaderValid = isKnown && Sum(_header.AsSpan(0, 24), default) == (Word(_header, 24), Word(_header, 28));
        _frame = new byte[FrameHeaderBytes + (_isHeaderValid ? (int)pageBytes : Database.PageBytes)];
    }

    /// <summary>Whether the write-ahead log of a database has lost committed transactions.</summary>
    /// <param name="database">Path of the database; no process has it open.</param>
    public static bool HasLostTransactions(string database)
    {
        WalIndex? index = WalIndex.Read($"{database}-shm");
        uint needed = index is { } known && known.CommittedFrames > known.CopiedFrames ? known.CommittedFrames : 0;
        var path = new FileInfo($"{database}-wal");
        if (!path.Exists || path.Length < HeaderBytes)
        {
            return needed > 0;
        }

        using FileStream file = path.OpenRead();
        var wal = new WalFile(file);
        uint committed = wal.CountCommitted(out bool isFollowed);
        if (index is not { } present)
        {
            return isFollowed;
        }

        // A log that has begun again has other salts. It begins again only after all its frames were copied into the database.
        return needed > 0 && (committed < needed || present.Salts != BinaryPrimitives.ReadUInt64LittleEndian(wal._header.AsSpan(16)));
    }

    /// <summary>Number of frames up to the last valid commit.</summary>
    /// <param name="isFollowed">Whether an invalid frame is followed by a valid one.</param>
    private uint CountCommitted(out bool isFollowed)
    {
        uint committed = 0;
        bool isValid = _isHeaderValid;
        isFollowed = false;
        (uint, uint) sum = (Word(_header, 24), Word(_header, 28));
        for (uint frame = 1; _file.ReadAtLeast(_frame, _frame.Length, throwOnEndOfStream: false) == _frame.Length; frame++)
        {
            // Each checksum continues the stored one of the frame before, so a frame can be checked although an earlier one is damaged.
            (uint, uint) stored = (Word(_frame, 16), Word(_frame, 20));
            bool isSound = Word(_frame, 0) != 0
                && (!_isHeaderValid || _frame.AsSpan(8, 8).SequenceEqual(_header.AsSpan(16, 8)))
                && Sum(_frame.AsSpan(FrameHeaderBytes), Sum(_frame.AsSpan(0, 8), sum)) == stored;
            isFollowed |= isSound && !isValid;
            isValid &= isSound;
            bool isCommit = Word(_frame, 4) != 0;
            committed = isValid && isCommit ? frame : committed;
            sum = stored;
        }

        return committed;
    }

    /// <summary>The checksum of SQLite, over pairs of words in the byte order that the header names.</summary>
    private (uint, uint) Sum(ReadOnlySpan<byte> bytes, (uint First, uint Second) sum)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            (uint one, uint two) = _isBigEndian
                ? (Word(bytes, 0), Word(bytes, 4))
                : (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            sum.First += one + sum.Second;
            sum.Second += two + sum.First;
        }

        return sum;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
