using System.Net.Sockets;
using Longwave.Engine.Storage;
using Longwave.Server.Identity;
using Longwave.Server.Kestrel;
using Longwave.Terminals;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Longwave.Serve;

/// <summary>Reason of a failed start for the operator: one sentence per line, no stack trace.</summary>
/// <param name="ExitCode">Exit code of the process.</param>
/// <param name="Message">One sentence per line.</param>
internal sealed record StartFailure(int ExitCode, string Message)
{
    /// <summary>Exit code for a problem of the machine: a port in use, a directory that is not writable.</summary>
    public const int MachineExitCode = 1;

    /// <summary>Exit code for a problem of the command line or configuration.</summary>
    public const int UsageExitCode = 2;

    /// <summary>Explains failures that an operator can fix; null for bugs.</summary>
    public static StartFailure? Explain(Exception exception) => exception switch
    {
        StartFailedException failed => new(failed.ExitCode, failed.Message),
        OptionsValidationException invalid => new(
            UsageExitCode, string.Join(Environment.NewLine, invalid.Failures.Select(failure => $"Configuration: {failure}"))),
        KeyUnusableException unusable => new(UsageExitCode, unusable.Message),
        LogUnavailableException unavailable => new(MachineExitCode, unavailable.Message),
        SocketFileUnusableException unusable => new(MachineExitCode, unusable.Message),
        IOException { InnerException: AddressInUseException } inUse => new(
            MachineExitCode, $"{inUse.Message.TrimEnd('.')}. Stop the other process, or choose another address with --urls."),
        SocketException socket => new(MachineExitCode, $"Cannot listen: {socket.Message.TrimEnd('.')}."),

        // Exception of the configuration binder, e.g. "Failed to convert configuration value 'x' at 'Engine:Shards' to type 'System.Int32'."
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } binder => new(UsageExitCode, $"Configuration: {ConfigurationError.Describe(binder)}"),
        _ => null,
    };
}
