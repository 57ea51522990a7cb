using System.Globalization;
using System.Text;
using System.Text.Json;
using Longwave.Client.Subscriptions;
using Longwave.Terminals;

namespace Longwave.Tail;

/// <summary>Prints events as text for people, or as one JSON object per line.</summary>
/// <param name="terminal">Its output receives the events.</param>
/// <param name="json">Whether to print one CloudEvents object per line.</param>
internal sealed class EventPrinter(Terminal terminal, bool json)
{
    private const string Dim = "\e[2m";
    private const string Cyan = "\e[36m";
    private const string Yellow = "\e[33m";
    private const string Plain = "\e[0m";

    private readonly bool _colours = terminal is { OutputIsTerminal: true, ColoursAllowed: true };

    /// <summary>Prints an event.</summary>
    /// <returns>False if the output has no reader any more (`tail | head`).</returns>
    public bool TryPrint(ReceivedEvent e)
    {
        string cloudEvent = e.CloudEvent ?? e.Data;
        try
        {
            if (json)
            {
                terminal.Output.WriteLine(VisibleText.EscapeJson(cloudEvent));
            }
            else
            {
                PrintForPeople(cloudEvent);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Flushes what was printed.</summary>
    /// <returns>False if the output has no reader any more.</returns>
    public async Task<bool> TryFlushAsync()
    {
        try
        {
            await terminal.Output.FlushAsync();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void PrintForPeople(string cloudEvent)
    {
        try
        {
            using var document = JsonDocument.Parse(cloudEvent);
            Print(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The JSON is not a readable CloudEvent: print it raw rather than omit it.
            terminal.Output.WriteLine(VisibleText.Escape(cloudEvent));
        }
    }

    private void Print(JsonElement e)
    {
        TextWriter output = terminal.Output;
        Write(Dim, LocalTime(Text(e, "time")));
        output.Write("  ");
        Write(Cyan, VisibleText.Escape(Text(e, "topic") ?? "?"));
        if (Text(e, "type") is { } type and not "message")
        {
            output.Write("  ");
            Write(Yellow, $"[{VisibleText.Escape(type)}]");
        }

        output.Write("  ");
        WriteData(e);
    }

    /// <summary>Writes data; further lines are indented, so that they cannot look like another event.</summary>
    private void WriteData(JsonElement e)
    {
        string text = !e.TryGetProperty("data", out JsonElement data)
            ? e.TryGetProperty("data_base64", out JsonElement base64) ? Encoding.UTF8.GetString(base64.GetBytesFromBase64()) : ""
            : data.ValueKind == JsonValueKind.String ? data.GetString()! : data.GetRawText();

        // A trailing line end (of `echo`) does not start another line.
        bool first = true;
        foreach (ReadOnlySpan<char> line in text.AsSpan(0, text.EndsWith('\n') ? text.Length - 1 : text.Length).EnumerateLines())
        {
            terminal.Output.Write(first ? "" : "\n    ");
            terminal.Output.Write(VisibleText.Escape(line.ToString()));
            first = false;
        }

        terminal.Output.Write('\n');
    }

    private void Write(string colour, string text)
    {
        if (!_colours)
        {
            terminal.Output.Write(text);
            return;
        }

        terminal.Output.Write(colour);
        terminal.Output.Write(text);
        terminal.Output.Write(Plain);
    }

    private string LocalTime(string? time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? TimeZoneInfo.ConvertTime(at, terminal.Clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : VisibleText.Escape(time ?? "?");

    private static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
