namespace Longwave.Serve;

/// <summary>What the command line said; null, empty or false where it said nothing.</summary>
/// <param name="Urls">Where to listen.</param>
/// <param name="DataDirectory">Directory of the log.</param>
/// <param name="ConfigurationFile">JSON file.</param>
/// <param name="Certificate">PEM file.</param>
/// <param name="Key">PEM file.</param>
/// <param name="Insecure">Whether open addresses without authentication are meant.</param>
/// <param name="Verbose">Whether to log more.</param>
internal sealed record ServeArguments(
    IReadOnlyList<string> Urls, string? DataDirectory, string? ConfigurationFile, string? Certificate, string? Key, bool Insecure, bool Verbose);
