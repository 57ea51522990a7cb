using System.Globalization;
using Longwave.Server.Configuration;
using Longwave.Server.Startup;
using Microsoft.Extensions.Configuration;

namespace Longwave.Serve;

/// <summary>Configuration from file, environment and command line; later sources override earlier ones.</summary>
/// <param name="Hub">Sections of the hub (<c>Engine</c>, <c>Server</c>, <c>Auth</c>).</param>
/// <param name="Listen">Section of the executable.</param>
internal sealed record ServeConfiguration(IConfiguration Hub, ListenSettings Listen)
{
    private const string EnvironmentPrefix = "LONGWAVE__";
    private const string ListenSection = "Listen";

    /// <summary>Reads all sources.</summary>
    /// <exception cref="StartFailedException">A file cannot be read, a key is unknown, or a value has the wrong type.</exception>
    public static ServeConfiguration Read(ServeArguments arguments)
    {
        IConfigurationRoot root = Load(arguments);
        IReadOnlyList<string> unknown = UnknownKeys.Find(
            root, typeof(LongwaveOptions), new Dictionary<string, Type> { [ListenSection] = typeof(ListenSettings) });
        if (unknown.Count > 0)
        {
            throw new StartFailedException(StartFailure.UsageExitCode, string.Join(Environment.NewLine, unknown));
        }

        ListenSettings listen;
        try
        {
            listen = root.GetSection(ListenSection).Get<ListenSettings>() ?? new ListenSettings();
        }
        catch (InvalidOperationException exception)
        {
            throw new StartFailedException(StartFailure.UsageExitCode, $"Configuration: {ConfigurationError.Describe(exception)}", exception);
        }

        // A list on the command line replaces the whole list of the file: merging by index would mix the two.
        listen.Urls = arguments.Urls.Count > 0 ? [.. arguments.Urls] : listen.Urls.Count > 0 ? listen.Urls : [ListenSettings.DefaultUrl];
        listen.Certificate = arguments.Certificate ?? listen.Certificate;
        listen.CertificateKey = arguments.Key ?? listen.CertificateKey;
        listen.Insecure |= arguments.Insecure;
        listen.SocketMode = arguments.SocketMode ?? listen.SocketMode;
        return new ServeConfiguration(WithoutListen(root), listen);
    }

    /// <summary>Removes section <c>Listen</c>, because the hub rejects keys that it does not know.</summary>
    private static IConfigurationRoot WithoutListen(IConfiguration root) => new ConfigurationBuilder()
        .AddInMemoryCollection(root.AsEnumerable().Where(static pair =>
            !pair.Key.Equals(ListenSection, StringComparison.OrdinalIgnoreCase)
            && !pair.Key.StartsWith(ListenSection + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)))
        .Build();

    /// <summary>Adds the origins after the last configured one.</summary>
    private static void AllowOrigins(IConfigurationRoot root, IReadOnlyList<string> origins)
    {
        IConfigurationSection section = root.GetSection("Server:AllowedOrigins");
        int next = 1 + section.GetChildren()
            .Select(static child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : -1)
            .DefaultIfEmpty(-1)
            .Max();
        foreach (string origin in origins)
        {
            section[(next++).ToString(CultureInfo.InvariantCulture)] = origin;
        }
    }

    private static IConfigurationRoot Load(ServeArguments arguments)
    {
        var builder = new ConfigurationBuilder();
        if (arguments.ConfigurationFile is { } file)
        {
            builder.AddJsonFile(file, optional: false, reloadOnChange: false);
        }

        builder.AddEnvironmentVariables(EnvironmentPrefix);
        if (arguments.DataDirectory is { } directory)
        {
            builder.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Engine:DataDirectory", directory)]);
        }

        try
        {
            IConfigurationRoot root = builder.Build();
            AllowOrigins(root, arguments.AllowedOrigins);
            return root;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            string reason = ConfigurationError.Describe(exception);
            throw new StartFailedException(
                StartFailure.UsageExitCode, $"Cannot read the configuration {arguments.ConfigurationFile}: {reason}", exception);
        }
    }
}
