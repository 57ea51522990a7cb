namespace Longwave.Client.Positions;

/// <summary>Keeps the position of one subscription across restarts of the application: a file, a database, whatever the application has.</summary>
public interface IPositionStore
{
    /// <summary>The position saved last; null when there is none.</summary>
    ValueTask<string?> LoadAsync(CancellationToken cancellation);

    /// <summary>Saves a position; when it returns, the position outlives a crash. What it throws ends the enumeration.</summary>
    ValueTask SaveAsync(string position, CancellationToken cancellation);
}
