using Spectre.Console;

namespace Longwave.Bench.Results;

/// <summary>Shows a result on the terminal.</summary>
internal static class ResultTable
{
    public static void Print(ScenarioResult result)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn(result.Scenario).AddColumn("figure", RightAligned).AddColumn("unit").AddColumn("target", RightAligned).AddColumn("");
        foreach (Figure figure in result.Figures)
        {
            table.AddRow(
                Markup.Escape(figure.Name),
                Number.Format(figure.Value),
                Markup.Escape(figure.Unit),
                figure.Target?.ToString() ?? "",
                figure.IsMet switch { true => "[green]pass[/]", false => "[red]miss[/]", null => "" });
        }

        AnsiConsole.Write(table);
        foreach (ResultGrid grid in result.Grids ?? [])
        {
            Print(grid);
        }
    }

    private static void Print(ResultGrid grid)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(grid.Title)) };
        table.AddColumn(Markup.Escape(grid.Columns[0]));
        foreach (string column in grid.Columns.Skip(1))
        {
            table.AddColumn(Markup.Escape(column), RightAligned);
        }

        foreach (GridRow row in grid.Rows)
        {
            table.AddRow([Markup.Escape(row.Name), .. row.Values.Select(Number.Format)]);
        }

        AnsiConsole.Write(table);
    }

    private static void RightAligned(TableColumn column) => column.Alignment = Justify.Right;
}
