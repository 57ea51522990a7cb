using System.Globalization;
using System.Text.Json;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>Prints a list page by page: a table on a terminal, lines with tabs elsewhere, or JSON.</summary>
/// <param name="terminal">Destination.</param>
/// <param name="isJson">Whether to print each item as JSON.</param>
/// <param name="columns">Heading and value of each column.</param>
internal sealed class Listing(Terminal terminal, bool isJson, params (string Heading, Func<JsonElement, string> Value)[] columns)
{
    /// <summary>Widest column of a table, in characters; longer values move the rest of their line.</summary>
    private const int MaxWidth = 48;

    private const string Gap = "  ";

    private readonly int[] _widths = new int[columns.Length];
    private bool _hasHeading;

    /// <summary>Number of items so far.</summary>
    public long Count { get; private set; }

    /// <summary>Prints a page and flushes it, so that the first page is visible while others are read.</summary>
    public async Task WriteAsync(IReadOnlyList<JsonElement> page)
    {
        Count += page.Count;
        if (isJson)
        {
            foreach (JsonElement item in page)
            {
                terminal.Output.WriteLine(VisibleText.EscapeJson(item.GetRawText()));
            }
        }
        else
        {
            List<string[]> rows = [.. page.Select(item => Array.ConvertAll(columns, column => Visible(column.Value(item))))];
            if (terminal.OutputIsTerminal)
            {
                WriteTable(rows);
            }
            else
            {
                rows.ForEach(row => terminal.Output.WriteLine(string.Join('\t', row)));
            }
        }

        await terminal.Output.FlushAsync(CancellationToken.None);
    }

    /// <summary>Text of a member, or an empty text if it is absent.</summary>
    public static string Text(JsonElement item, string member) =>
        item.TryGetProperty(member, out JsonElement value) ? (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()) : "";

    /// <summary>The texts of an array, separated by spaces.</summary>
    public static string Texts(JsonElement item, string member) =>
        item.TryGetProperty(member, out JsonElement values) ? string.Join(' ', values.EnumerateArray().Select(static value => value.GetString())) : "";

    /// <summary>A number with separators on a terminal, and without elsewhere.</summary>
    public static Func<JsonElement, string> Number(Terminal terminal, string member) => item =>
        item.TryGetProperty(member, out JsonElement value) && value.TryGetInt64(out long number)
            ? number.ToString(terminal.OutputIsTerminal ? "#,0" : "0", CultureInfo.InvariantCulture)
            : "";

    private static string Visible(string text) => VisibleText.Escape(text).Replace('\t', ' ');

    private void WriteTable(List<string[]> rows)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            int widest = Math.Max(columns[i].Heading.Length, rows.Count == 0 ? 0 : rows.Max(row => row[i].Length));
            _widths[i] = Math.Max(_widths[i], Math.Min(widest, MaxWidth));
        }

        if (!_hasHeading && rows.Count > 0)
        {
            _hasHeading = true;
            WriteRow(Array.ConvertAll(columns, static column => column.Heading));
        }

        rows.ForEach(WriteRow);
    }

    private void WriteRow(string[] row) =>
        terminal.Output.WriteLine(string.Join(Gap, row.Select((cell, i) => cell.PadRight(_widths[i]))).TrimEnd());
}
