namespace Longwave.Serve;

/// <summary>Parsed command line of <c>longwave serve</c>; null, empty or false where an option is absent.</summary>
/// <param name="Urls">Addresses to listen on.</param>
/// <param name="DataDirectory">Directory of the log.</param>
/// <param name="ConfigurationFile">JSON configuration file.</param>
/// <param name="Certificate">PEM file of the certificate.</param>
/// <param name="Key">PEM file of the private key.</param>
/// <param name="AllowedOrigins">Origins to allow beside the configured ones.</param>
/// <param name="Insecure">Whether addresses beyond loopback without authentication are allowed.</param>
/// <param name="Verbose">Whether to log more.</param>
/// <param name="JsonLog">Whether each line of the log is a JSON object.</param>
/// <param name="SocketMode">Permissions of the file of a unix socket, in octal.</param>
internal sealed record ServeArguments(
    IReadOnlyList<string> Urls, string? DataDirectory, string? ConfigurationFile, string? Certificate, string? Key, IReadOnlyList<string> AllowedOrigins, bool Insecure, bool Verbose, bool JsonLog = false,
    string? SocketMode = null);
