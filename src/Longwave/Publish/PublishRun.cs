using Longwave.Client;
using Longwave.Client.Publishing;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Publish;

/// <summary>Runs <c>longwave publish</c> after its command line was validated.</summary>
internal sealed class PublishRun(PublishArguments arguments, Terminal terminal)
{
    /// <summary>Maximum bytes of a single event; the highest limit that a hub can be configured to.</summary>
    private const int MaxEventBytes = 64 * 1024 * 1024;

    /// <summary>Publishes the input and returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await using LongwaveClient hub = HubClients.Create(arguments.Hub, terminal);
        try
        {
            await using Stream? file = arguments.File?.OpenRead();
            int code = arguments.IsBulk
                ? await PublishBulkAsync(hub, file, cancellation)
                : await PublishOneAsync(hub, file, cancellation);
            return code == ExitCode.Done && arguments.Complete ? await CompleteAsync(hub, cancellation) : code;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            terminal.Say($"The file '{arguments.File}' does not exist.");
            return ExitCode.Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            terminal.Say($"Input or output failed: {exception.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private async Task<int> PublishOneAsync(LongwaveClient hub, Stream? file, CancellationToken cancellation)
    {
        byte[]? data = arguments.Data is { } text ? System.Text.Encoding.UTF8.GetBytes(text)
            : arguments.Complete && file is null && terminal.InputIsTerminal ? []
            : await ReadAllAsync(file, cancellation);
        if (data is [] && arguments.Complete && arguments.Data is null)
        {
            // Only the completion follows, as for a request without a body.
            return ExitCode.Done;
        }

        if (data is null)
        {
            terminal.Say($"The data has more than {MaxEventBytes / (1024 * 1024)} MiB, the maximum of one event. With --lines, every line becomes an event.");
            return ExitCode.Failed;
        }

        string key = arguments.IdempotencyKey ?? Guid.CreateVersion7().ToString();
        var e = new OutgoingEvent(arguments.Topic!, data) { Type = arguments.Type, Key = arguments.Key, ContentType = arguments.ContentType };
        PublishReply reply = await new EventSender(hub, arguments.RetryFor, arguments.WaitForHub, SayUnlessQuiet).SendAsync(e, key, cancellation);
        if (reply.Failure is { } failure)
        {
            terminal.Say(failure.Sentence);
            return ExitCode.Failed;
        }

        if (reply.Duplicates > 0)
        {
            SayUnlessQuiet("The hub already has this event: the idempotency key was used before.");
        }

        await terminal.Output.WriteLineAsync(arguments.Json ? PublishJson.OfEvent(reply.Positions[0], reply.Duplicates > 0) : reply.Positions[0]);
        await terminal.Output.FlushAsync(cancellation);
        return ExitCode.Done;
    }

    /// <summary>Completes the topic. Needs no idempotency key of its own: a repeat finds the topic complete.</summary>
    private async Task<int> CompleteAsync(LongwaveClient hub, CancellationToken cancellation)
    {
        var sender = new EventSender(hub, arguments.RetryFor, arguments.WaitForHub, SayUnlessQuiet);
        PublishReply reply = await sender.SendAsync(OutgoingEvent.Completion(arguments.Topic!), Guid.CreateVersion7().ToString(), cancellation);
        if (reply.Failure is { } failure)
        {
            terminal.Say($"{failure.Sentence} The topic is not complete. Repeat: longwave publish TOPIC --complete");
            return ExitCode.Failed;
        }

        if (reply.Duplicates > 0)
        {
            SayUnlessQuiet("The topic is complete already.");
        }

        await terminal.Output.WriteLineAsync(arguments.Json ? PublishJson.OfEvent(reply.Positions[0], reply.Duplicates > 0) : reply.Positions[0]);
        await terminal.Output.FlushAsync(cancellation);
        return ExitCode.Done;
    }

    private async Task<byte[]?> ReadAllAsync(Stream? file, CancellationToken cancellation)
    {
        HintAtTerminal(file);
        using var data = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        Stream input = file ?? terminal.Input;
        while (await input.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(cancellation) is > 0 and int read)
        {
            if (data.Length + read > MaxEventBytes)
            {
                return null;
            }

            data.Write(buffer, 0, read);
        }

        return file is null && !arguments.Raw ? WithoutLineEnd(data) : data.ToArray();
    }

    /// <summary>Removes one line end (LF or CRLF) from the end: <c>echo</c> and heredocs add it, and it is not part of the data.</summary>
    private static byte[] WithoutLineEnd(MemoryStream data)
    {
        ReadOnlySpan<byte> bytes = data.GetBuffer().AsSpan(0, (int)data.Length);
        int length = bytes.EndsWith("\r\n"u8) ? bytes.Length - 2 : bytes.EndsWith("\n"u8) ? bytes.Length - 1 : bytes.Length;
        return bytes[..length].ToArray();
    }

    private async Task<int> PublishBulkAsync(LongwaveClient hub, Stream? file, CancellationToken cancellation)
    {
        HintAtTerminal(file);
        var defaults = new EventDefaults(
            arguments.Topic, arguments.Type, arguments.Key, arguments.ContentType, arguments.IdempotencyKey ?? Guid.CreateVersion7().ToString("N"));
        ILineFormat format = arguments.Ndjson ? new NdjsonLines(defaults) : new TextLines(defaults);
        var batches = new BatchReader(new LineReader(file ?? terminal.Input), format, arguments.FromLine, whole: file is { CanSeek: true });
        var progress = new ProgressReport(terminal.Clock, file is { CanSeek: true } ? file.Length : null);
        var view = new ProgressView(terminal, "Publishing", progress, arguments.Quiet, besideOutput: arguments.Positions || arguments.Json);

        long started = terminal.Clock.GetTimestamp();
        var sender = new EventSender(hub, arguments.RetryFor, arguments.WaitForHub, view.Say);
        var publisher = new BulkPublisher(sender, batches, progress, terminal, arguments);
        BulkOutcome outcome = await view.RunAsync(() => publisher.RunAsync(cancellation));
        if (arguments.Json)
        {
            await terminal.Output.WriteLineAsync(PublishJson.OfRun(outcome));
            await terminal.Output.FlushAsync(CancellationToken.None);
        }

        Report(outcome, terminal.Clock.GetElapsedTime(started), file);
        return outcome.IsComplete ? ExitCode.Done : outcome.InterruptedAfterLine is null ? ExitCode.Failed : ExitCode.Interrupted;
    }

    private void Report(BulkOutcome outcome, TimeSpan took, Stream? file)
    {
        if (outcome.Bad is { } bad)
        {
            terminal.Say($"Line {bad.Number}: {bad.Problem.TrimEnd('.')}.");
            terminal.Say(arguments.InFlight > 1
                ? $"The lines before it are published; up to {(arguments.InFlight == 2 ? "one batch" : $"{arguments.InFlight - 1} batches")} after it may be published too."
                : $"The lines before it are published, the lines after it are not. Correct the line, then continue with --from-line {bad.Number}.");
        }
        else if (outcome.Failure is { } failure)
        {
            terminal.Say(failure.Sentence);
        }
        else if (outcome.InterruptedAfterLine is { } line && file is not null)
        {
            terminal.Say($"Interrupted. Continue with --from-line {line + 1}.");
        }

        if (!arguments.Quiet && (outcome.IsComplete || outcome.Published > 0))
        {
            terminal.Say(outcome.Summarize(took));
        }
    }

    private void HintAtTerminal(Stream? file)
    {
        if (file is null && terminal.InputIsTerminal)
        {
            SayUnlessQuiet(arguments.IsBulk ? "Every line that you type becomes an event; press Ctrl+D to finish." : "Type the data of the event, then press Ctrl+D.");
        }
    }

    private void SayUnlessQuiet(string sentence)
    {
        if (!arguments.Quiet)
        {
            terminal.Say(sentence);
        }
    }
}
