using Longwave.Server.Configuration;
using Longwave.Server.Startup;
using Microsoft.Extensions.Configuration;

namespace Longwave.Serve;

/// <summary>Brings together what the file, the environment and the command line say; the later wins.</summary>
/// <param name="Hub">The sections of the hub (<c>Engine</c>, <c>Server</c>, <c>Auth</c>).</param>
/// <param name="Listen">Where to listen.</param>
internal sealed record ServeConfiguration(IConfiguration Hub, ListenSettings Listen)
{
    private const string EnvironmentPrefix = "LONGWAVE__";
    private const string ListenSection = "Listen";

    /// <summary>Reads everything.</summary>
    /// <exception cref="StartFailedException">A file that can't be read, an unknown key, a value of the wrong kind.</exception>
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
            throw new StartFailedException(StartFailure.UsageExitCode, exception.Message, exception);
        }

        // A list of the command line replaces the whole list of the file: merged index by index they would be a third one.
        listen.Urls = arguments.Urls.Count > 0 ? [.. arguments.Urls] : listen.Urls.Count > 0 ? listen.Urls : [ListenSettings.DefaultUrl];
        listen.Certificate = arguments.Certificate ?? listen.Certificate;
        listen.CertificateKey = arguments.Key ?? listen.CertificateKey;
        listen.Insecure |= arguments.Insecure;
        return new ServeConfiguration(WithoutListen(root), listen);
    }

    /// <summary>The hub refuses keys that it does not know, and where the executable listens is none of its business.</summary>
    private static IConfigurationRoot WithoutListen(IConfiguration root) => new ConfigurationBuilder()
        .AddInMemoryCollection(root.AsEnumerable().Where(static pair =>
            !pair.Key.Equals(ListenSection, StringComparison.OrdinalIgnoreCase)
            && !pair.Key.StartsWith(ListenSection + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)))
        .Build();

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
            return builder.Build();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            // What is wrong with the JSON is said by the exception inside.
            string reason = exception is FileNotFoundException ? "there is no such file." : (exception.InnerException ?? exception).Message;
            throw new StartFailedException(
                StartFailure.UsageExitCode, $"Can't read the configuration {arguments.ConfigurationFile}: {reason}", exception);
        }
    }
}
