using System.CommandLine;

namespace Longwave.Serve;

/// <summary>Command <c>longwave serve</c>: runs the hub.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var urls = new Option<string[]>("--urls")
        {
            Description = "Where to listen, one or more: http://127.0.0.1:8080 (the default), https://localhost:8443, http://*:8080. HTTP/1.1 and HTTP/2 on each.",
            HelpName = "URL",
            AllowMultipleArgumentsPerToken = true,
        };
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = "Directory of the log, made when missing (default: ./longwave-data).",
            HelpName = "DIR",
        };
        var config = new Option<FileInfo?>("--config")
        {
            Description = "JSON file with the sections Engine, Server, Auth and Listen. Environment variables such as LONGWAVE__ENGINE__HEARTBEAT override it, options override both.",
            HelpName = "FILE",
        };
        var certificate = new Option<FileInfo?>("--cert") { Description = "Certificate (chain) in PEM, for https URLs.", HelpName = "FILE" };
        var key = new Option<FileInfo?>("--key") { Description = "Private key of the certificate in PEM.", HelpName = "FILE" };
        var insecure = new Option<bool>("--insecure")
        {
            Description = "Listen on addresses that others can reach although no authentication is required.",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Log what the hub and the web server do, and failures with their stack." };

        var command = new Command("serve", "Run the hub: take events, keep them, stream them.") { urls, data, config, certificate, key, insecure, verbose };
        command.SetAction((parsed, cancellation) => HubApplication.RunAsync(
            new ServeArguments(
                parsed.GetValue(urls) ?? [],
                parsed.GetValue(data)?.FullName,
                parsed.GetValue(config)?.FullName,
                parsed.GetValue(certificate)?.FullName,
                parsed.GetValue(key)?.FullName,
                parsed.GetValue(insecure),
                parsed.GetValue(verbose)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellation));
        return command;
    }
}
