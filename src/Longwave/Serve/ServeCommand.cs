using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Longwave.Arguments;

namespace Longwave.Serve;

/// <summary>Command <c>longwave serve</c>: runs the hub.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var urls = new Option<string[]>("--urls")
        {
            Description = "URLs to listen on, e.g. https://localhost:8443 http://*:8080, or http://unix:/run/longwave/hub.sock for a unix socket (default: http://127.0.0.1:8080). Each supports HTTP/1.1 and HTTP/2.",
            HelpName = "URL",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<long?> port = WholeNumber.Option("Port on 127.0.0.1 to listen on; short for --urls http://127.0.0.1:PORT. 0 chooses a free port.", 0, 65_535, "--port", "-p");
        var socketMode = new Option<string?>("--socket-mode") { Description = "Permissions of the file of a unix socket, in octal (default: 660, owner and group).", HelpName = "MODE" };
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = "Directory of the log; created if it does not exist (default: ./longwave-data).",
            HelpName = "DIR",
        };
        var config = new Option<FileInfo?>("--config")
        {
            Description = "JSON file with the sections Engine, Server, Auth, Mercure and Listen. Environment variables such as LONGWAVE__ENGINE__HEARTBEAT override the file; options override both.",
            HelpName = "FILE",
        };
        var certificate = new Option<FileInfo?>("--cert") { Description = "PEM file with the certificate (and its chain) for https URLs.", HelpName = "FILE" };
        var key = new Option<FileInfo?>("--key") { Description = "PEM file with the private key of the certificate.", HelpName = "FILE" };
        var origins = new Option<string[]>("--allow-origin")
        {
            Description = "Origin whose pages may use the hub, beside Server:AllowedOrigins: http://localhost:5173 for a development server, https://*.example.com, capacitor://localhost. Repeatable.",
            HelpName = "ORIGIN",
        };
        var insecure = new Option<bool>("--insecure")
        {
            Description = "Allow addresses that other machines can reach even if the hub requires no authentication.",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Log more about the hub and the web server, and stack traces of failures." };
        var logFormat = new Option<string>("--log-format") { Description = "Format of the log on standard error: text, or json (one object per line).", HelpName = "text|json", DefaultValueFactory = static _ => "text" };
        logFormat.AcceptOnlyFromAmong("text", "json");

        var command = new Command("serve", "Run the hub: accept, store and stream events.") { urls, port, socketMode, data, config, certificate, key, origins, insecure, verbose, logFormat };
        command.Validators.Add(result => CheckTogether(result, result.GetValue(urls), result.GetValue(port)));
        command.SetAction((parsed, cancellation) => HubApplication.RunAsync(
            new ServeArguments(
                Urls(parsed.GetValue(urls), parsed.GetValue(port)),
                parsed.GetValue(data)?.FullName,
                parsed.GetValue(config)?.FullName,
                parsed.GetValue(certificate)?.FullName,
                parsed.GetValue(key)?.FullName,
                parsed.GetValue(origins) ?? [],
                parsed.GetValue(insecure),
                parsed.GetValue(verbose),
                parsed.GetValue(logFormat) == "json",
                parsed.GetValue(socketMode)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellation));
        return command;
    }

    /// <summary>The addresses to listen on. Semicolons separate addresses, too, as in the variable of the web server (ASPNETCORE_URLS).</summary>
    private static string[] Urls(string[]? urls, long? port) =>
        port is { } number
            ? [string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{number}")]
            : [.. (urls ?? []).SelectMany(static url => url.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static void CheckTogether(CommandResult result, string[]? urls, long? port)
    {
        if (urls is { Length: > 0 } && port is not null)
        {
            result.AddError("Use either --urls or --port, not both.");
        }
    }
}
