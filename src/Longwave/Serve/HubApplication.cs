using Longwave.Engine.Health;
using System.Net.Quic;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Longwave.Server;
using Longwave.Server.Configuration;
using Longwave.Server.Kestrel;
using Longwave.Terminals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Longwave.Serve;

/// <summary>The hub process: configuration, web server, start and shutdown.</summary>
internal static class HubApplication
{
    private const string TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Messages that wait for standard error; further ones are dropped and counted.</summary>
    private const int MaxQueuedMessages = 2_500;

    private static readonly string[] CompressedTypes = ["text/event-stream", "application/x-ndjson", "application/json", "text/html", "text/css", "text/javascript"];

    /// <summary>Runs the hub until a signal or <paramref name="cancellation"/> ends it; returns the exit code.</summary>
    public static async Task<int> RunAsync(ServeArguments arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            ServeConfiguration configuration = ServeConfiguration.Read(arguments);
            List<ListenAddress> addresses = [.. configuration.Listen.Urls.Select(ListenAddress.Parse)];
            RefuseOpenAddresses(addresses, configuration, error);
            ServerCertificate? certificate = addresses.Any(a => a.Tls) ? ServerCertificate.Load(configuration.Listen) : null;

            await using WebApplication app = Build(configuration, addresses, certificate, arguments);
            using var hangup = new HangupSignal(
                app.Services.GetService<CertificateFiles>(), app.Services.GetRequiredService<ILogger<HangupSignal>>());
            await app.StartAsync(CancellationToken.None);
            StartBanner.Write(app, output);
            await RunToEndAsync(app, cancellation);
            return 0;
        }
        catch (Exception exception) when (StartFailure.Explain(exception) is { } failure)
        {
            foreach (string line in failure.Message.Split(Environment.NewLine))
            {
                await error.WriteLineAsync($"longwave: {line}");
            }

            if (arguments.Verbose)
            {
                await error.WriteLineAsync(exception.ToString());
            }

            return failure.ExitCode;
        }
    }

    /// <summary>Refuses non-loopback addresses that expose operations without a token, or send them without TLS, unless the operator allows it explicitly.</summary>
    private static void RefuseOpenAddresses(List<ListenAddress> addresses, ServeConfiguration configuration, TextWriter error)
    {
        AuthOptions auth = configuration.Hub.GetSection(nameof(LongwaveOptions.Auth)).Get<AuthOptions>() ?? new AuthOptions();
        MercureOptions mercure = configuration.Hub.GetSection(nameof(LongwaveOptions.Mercure)).Get<MercureOptions>() ?? new MercureOptions();
        ServerOptions server = configuration.Hub.GetSection(nameof(LongwaveOptions.Server)).Get<ServerOptions>() ?? new ServerOptions();
        bool asks = new LongwaveOptions { Auth = auth, Mercure = mercure }.RequiresAuthentication;
        bool allowsAnonymous = auth.AllowsAnonymous || (mercure.Enabled && mercure.Anonymous);
        string open = string.Join(", ", addresses.Where(a => !a.IsLoopback && (!asks || (allowsAnonymous && !a.Tls))).Select(a => a.Url));
        if (open.Length == 0)
        {
            return;
        }

        string reason = asks
            ? "anonymous access (Auth:Anonymous, Mercure:Anonymous) would use plain HTTP, where any party on the network path can read and change it."
            : "no authentication is configured, so any client that reaches it could read and publish everything.";
        string what = asks ? "anonymous access uses plain HTTP at" : "any client can read and publish everything at";
        if (!configuration.Listen.Insecure && !server.Insecure)
        {
            throw new StartFailedException(
                StartFailure.UsageExitCode,
                $"Refusing to listen on {open}: {reason} "
                + (asks ? "Listen on https, " : "Configure authentication (section Auth), listen on 127.0.0.1 behind a proxy that authenticates, ")
                + "or add --insecure to allow this.");
        }

        error.WriteLine($"longwave: WARNING: {what} {open} (--insecure).");
    }

    private static WebApplication Build(
        ServeConfiguration configuration, List<ListenAddress> addresses, ServerCertificate? certificate, ServeArguments arguments)
    {
        // The empty builder reads neither appsettings.json of the working directory nor ASPNETCORE_URLS.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "longwave" });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            UseQuic(builder.WebHost);
        }

        builder.Services.AddCleartextHttp2(configuration.Listen.FileMode);

        // Before the hub: services stop in reverse order, and the grace begins after the drain.
        builder.Services.AddSingleton<ShutdownGrace>();
        builder.Services.AddHostedService(static provider => provider.GetRequiredService<ShutdownGrace>());
        builder.Services.AddLongwave(options => options.Server.Insecure |= configuration.Listen.Insecure, configuration.Hub);
        builder.Services.AddOptions<HostOptions>().Configure<LongwaveOptions>(static (host, options) => host.AllowDrain(options));
        if (certificate is not null)
        {
            builder.Services.AddSingleton(provider => new CertificateFiles(
                certificate, provider.GetRequiredService<BackgroundLoops>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CertificateFiles>>()));
            builder.Services.AddHostedService(provider => provider.GetRequiredService<CertificateFiles>());
        }

        builder.Services.AddOptions<KestrelServerOptions>().Configure<LongwaveOptions>((kestrel, options) =>
        {
            kestrel.UseLongwaveLimits(options);
            foreach (ListenAddress address in addresses)
            {
                Listen(kestrel, address);
            }
        });
        builder.Services.AddHostedService<IdleMemory>();
        ConfigureLogging(builder.Logging, arguments.Verbose, arguments.JsonLog);
        if (configuration.Listen.Compression)
        {
            builder.Services.AddResponseCompression(compression =>
            {
                compression.EnableForHttps = true;
                compression.MimeTypes = CompressedTypes;
            });
        }

        WebApplication app = builder.Build();
        app.UseStrictFraming();
        if (configuration.Listen.Compression)
        {
            app.UseResponseCompression();
        }

        app.MapLongwave();
        return app;
    }

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    [SupportedOSPlatform("macos")]
    private static void UseQuic(IWebHostBuilder host)
    {
        if (QuicListener.IsSupported)
        {
            host.UseQuic();
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address)
    {
        foreach (System.Net.EndPoint endPoint in address.EndPoints)
        {
            if (!address.Tls)
            {
                kestrel.ListenCleartext(endPoint);
                continue;
            }

            kestrel.Listen(endPoint, listen =>
            {
                bool quic = (OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()) && QuicListener.IsSupported;
                listen.Protocols = quic ? HttpProtocols.Http1AndHttp2AndHttp3 : HttpProtocols.Http1AndHttp2;
                listen.LimitSocketsPerAddress().ReleaseForgottenConnections();
                CertificateFiles certificates = kestrel.ApplicationServices.GetRequiredService<CertificateFiles>();
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    HandshakeTimeout = kestrel.Limits.RequestHeadersTimeout,
                    OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificates.Current.Context }),
                });
            });
        }
    }

    /// <summary>Logs to standard error, one line per message: warnings, and the hub's own lifecycle.</summary>
    private static void ConfigureLogging(ILoggingBuilder logging, bool verbose, bool json)
    {
        if (json)
        {
            logging.AddJsonConsole(static console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimestampFormat;
            });
        }
        else
        {
            logging.AddSimpleConsole(static console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimestampFormat + " ";
            });
        }

        logging.Services.Configure<ConsoleLoggerOptions>(static console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;

            // A pipe without a reader fills up. The default then blocks every thread that logs; this drops messages and logs how many.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = MaxQueuedMessages;
        });
        logging.SetMinimumLevel(verbose ? LogLevel.Information : LogLevel.Warning);
        logging.HideRequestSecrets();
        logging.AddFilter("Longwave", verbose ? LogLevel.Debug : LogLevel.Information);

        // Client errors are not faults of the hub, and one line per connection would let clients fill the disk of the log.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", verbose ? LogLevel.Information : LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", verbose ? LogLevel.Information : LogLevel.Error);

        // Kestrel logs failed requests itself; this category would only create an activity and a log scope per request.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", verbose ? LogLevel.Warning : LogLevel.None);

        // StartFailure reports a failed start in one line; the host would log a stack trace.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", verbose ? LogLevel.Information : LogLevel.None);
    }

    /// <summary>Waits for SIGTERM or SIGINT, then drains; a second Ctrl+C ends the process at once.</summary>
    private static async Task RunToEndAsync(WebApplication app, CancellationToken cancellation)
    {
        using var hurry = new CancellationTokenSource();
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            if (stopping.IsCancellationRequested)
            {
                hurry.Cancel();
            }
        });

        await using CancellationTokenRegistration cancelled = cancellation.Register(app.Lifetime.StopApplication);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.Register(() => stopped.TrySetResult()))
        {
            await stopped.Task;
        }

        using var abort = CancellationTokenSource.CreateLinkedTokenSource(hurry.Token, app.Services.GetRequiredService<ShutdownGrace>().Over);
        await app.StopAsync(abort.Token);
    }
}
