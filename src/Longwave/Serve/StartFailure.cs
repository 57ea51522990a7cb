using System.Net.Sockets;
using Longwave.Engine.Storage;
using Longwave.Server.Identity;
using Longwave.Terminals;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Longwave.Serve;

/// <summary>Why the hub did not start, for a person: one sentence a line, no stack.</summary>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Message">The sentences.</param>
internal sealed record StartFailure(int ExitCode, string Message)
{
    /// <summary>Something about the machine: a port in use, a directory that can't be written.</summary>
    public const int MachineExitCode = 1;

    /// <summary>Something about what the hub was told.</summary>
    public const int UsageExitCode = 2;

    /// <summary>Failures that a person can do something about; null for those that are bugs.</summary>
    public static StartFailure? Explain(Exception exception) => exception switch
    {
        StartFailedException failed => new(failed.ExitCode, failed.Message),
        OptionsValidationException invalid => new(
            UsageExitCode, string.Join(Environment.NewLine, invalid.Failures.Select(failure => $"Configuration: {failure}"))),
        KeyUnusableException unusable => new(UsageExitCode, unusable.Message),
        LogUnavailableException unavailable => new(MachineExitCode, unavailable.Message),
        IOException { InnerException: AddressInUseException } inUse => new(
            MachineExitCode, $"{inUse.Message.TrimEnd('.')}. Stop the other process, or choose another address with --urls."),
        SocketException socket => new(MachineExitCode, $"Can't listen: {socket.Message.TrimEnd('.')}."),

        // The binder of the configuration, e.g. "Failed to convert configuration value 'x' at 'Engine:Shards' to type 'System.Int32'."
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } binder => new(UsageExitCode, $"Configuration: {binder.Message}"),
        _ => null,
    };
}
