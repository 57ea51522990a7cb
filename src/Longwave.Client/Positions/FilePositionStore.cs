using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Longwave.Client.Positions;

/// <summary>Stores a position in a file. Each save writes and syncs a temporary file and renames it, so that a crash leaves the old or the new position.</summary>
public sealed class FilePositionStore : IPositionStore
{
    // A position has at most 28 characters; an id chosen by a publisher may be longer. A file above this size is not a position file.
    private const int MaxBytes = 4096;

    private readonly string _path;

    /// <summary>Creates a store. The folder must exist.</summary>
    /// <param name="path">Path of the file; use one file per subscription.</param>
    public FilePositionStore(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file does not contain a position.</exception>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellation)
    {
        var file = new FileInfo(_path);
        if (!file.Exists)
        {
            return null;
        }

        if (file.Length > MaxBytes)
        {
            throw new InvalidDataException($"'{_path}' has {file.Length} bytes; it is not a position file.");
        }

        string text = await File.ReadAllTextAsync(_path, Encoding.UTF8, cancellation).ConfigureAwait(false);
        return text.TrimEnd() is { Length: > 0 } position ? position : null;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public ValueTask SaveAsync(string position, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(position);
        cancellation.ThrowIfCancellationRequested();
        string beside = _path + ".new";
        using (SafeFileHandle file = File.OpenHandle(beside, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(position + "\n"), 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(beside, _path, overwrite: true);
        FolderSync.Sync(Path.GetDirectoryName(_path)!);
        return ValueTask.CompletedTask;
    }
}
