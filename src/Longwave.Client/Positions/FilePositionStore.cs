using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Longwave.Client.Positions;

/// <summary>Keeps a position in a file of its own, which is always whole: it is written beside, synced, and put in place of the old one.</summary>
public sealed class FilePositionStore : IPositionStore
{
    // A position has at most 28 characters; a publisher's own id may have more. Longer is not a position file.
    private const int MaxBytes = 4096;

    private readonly string _path;

    /// <summary>Makes a store; its folder must exist.</summary>
    /// <param name="path">The file, one for each subscription.</param>
    public FilePositionStore(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="InvalidDataException">The file is not one of a position.</exception>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellation)
    {
        var file = new FileInfo(_path);
        if (!file.Exists)
        {
            return null;
        }

        if (file.Length > MaxBytes)
        {
            throw new InvalidDataException($"'{_path}' has {file.Length} bytes: that is not the file of a position.");
        }

        string text = await File.ReadAllTextAsync(_path, Encoding.UTF8, cancellation).ConfigureAwait(false);
        return text.TrimEnd() is { Length: > 0 } position ? position : null;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file can't be written.</exception>
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
