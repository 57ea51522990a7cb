using System.CommandLine;

namespace Longwave.Serve;

/// <summary>Command <c>longwave serve</c>: runs the hub.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var urls = new Option<string[]>("--urls")
        {
            Description = "URLs to listen on, e.g. https://localhost:8443 http://*:8080 (default: http://127.0.0.1:8080). Each supports HTTP/1.1 and HTTP/2.",
            HelpName = "URL",
            AllowMultipleArgumentsPerToken = true,
        };
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

        var command = new Command("serve", "Run the hub: accept, store and stream events.") { urls, data, config, certificate, key, origins, insecure, verbose };
        command.SetAction((parsed, cancellation) => HubApplication.RunAsync(
            new ServeArguments(
                parsed.GetValue(urls) ?? [],
                parsed.GetValue(data)?.FullName,
                parsed.GetValue(config)?.FullName,
                parsed.GetValue(certificate)?.FullName,
                parsed.GetValue(key)?.FullName,
                parsed.GetValue(origins) ?? [],
                parsed.GetValue(insecure),
                parsed.GetValue(verbose)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellation));
        return command;
    }
}
