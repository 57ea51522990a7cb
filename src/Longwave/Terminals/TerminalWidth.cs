namespace Longwave.Terminals;

/// <summary>Number of columns of the terminal.</summary>
internal static class TerminalWidth
{
    private const int Usual = 80;

    /// <summary>Width below which text is not readable, and below which the libraries for help and progress fail.</summary>
    private const int Minimum = 20;

    /// <summary>Reads the width. Some terminals (serial lines, containers, editors) report 0 columns; they get the usual width.</summary>
    public static int Read()
    {
        try
        {
            return Choose(Console.WindowWidth);
        }
        catch (IOException)
        {
            return Usual;
        }
    }

    /// <summary>Converts the reported number of columns to a usable width.</summary>
    public static int Choose(int columns) => columns <= 0 ? Usual : Math.Max(columns, Minimum);
}
