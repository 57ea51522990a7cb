namespace Longwave.Client.Positions;

/// <summary>Stores the position of one subscription across restarts of the application, for example in a file or a database.</summary>
public interface IPositionStore
{
    /// <summary>Returns the position that was saved last; null when there is none.</summary>
    ValueTask<string?> LoadAsync(CancellationToken cancellation);

    /// <summary>Saves a position durably: it survives a crash after the method returns. An exception ends the enumeration.</summary>
    ValueTask SaveAsync(string position, CancellationToken cancellation);
}
