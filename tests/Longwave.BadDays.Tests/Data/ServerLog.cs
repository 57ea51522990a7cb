using System.Globalization;
using System.Text;

namespace Longwave.BadDays.Tests.Data;

/// <summary>
/// Generated log of an SSH server under attack: line ends are CRLF, the last line has none. Among the ordinary lines are
/// empty ones, tabs, lone CRs, lines of several kilobytes and names outside ASCII. Every run generates the same text.
/// </summary>
internal static class ServerLog
{
    public const string Topic = "logs/sshd";
    public const int LineCount = 2_000;

    private static readonly DateTime Start = new(2026, 3, 1, 6, 55, 46, DateTimeKind.Utc);
    private static readonly string[] Names = ["root", "admin", "oracle", "postgres", "git", "jürgen", "Ольга", "管理员", "😀"];
    private static readonly Lazy<string> Text = new(Write);

    /// <summary>One event per line; each line keeps its CR.</summary>
    public static IEnumerable<RealEvent> Lines() => Text.Value.Split('\n').Select(static line => new RealEvent(Topic, line));

    /// <summary>The whole log as one event.</summary>
    public static RealEvent Whole() => new(Topic, Text.Value);

    private static string Write()
    {
        var random = new Random(1);
        var text = new StringBuilder();
        for (int line = 0; line < LineCount; line++)
        {
            text.Append(line == 0 ? "" : "\r\n");
            Write(text, line, random);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, int line, Random random)
    {
        if (line % 97 == 96)
        {
            return; // An empty line.
        }

        string name = Names[random.Next(Names.Length)];
        string peer = string.Create(CultureInfo.InvariantCulture, $"203.0.113.{random.Next(256)} port {random.Next(1_024, 65_536)}");
        text.Append(CultureInfo.InvariantCulture, $"{Start.AddSeconds(line * 7):MMM dd HH:mm:ss} gateway sshd[{random.Next(2_000, 32_768)}]: ");
        text.Append(random.Next(5) switch
        {
            0 => $"Accepted publickey for {name} from {peer} ssh2",
            1 => $"Failed password for invalid user {name} from {peer} ssh2",
            2 => $"Connection closed by authenticating user {name} {peer} [preauth]\t(attempt {random.Next(6)})",
            3 => $"progress 10%\rprogress 60%\rprogress 100%, {name} from {peer}",
            _ => $"Bad protocol version identification '{new string('A', random.Next(line % 50 == 0 ? 6_000 : 60))}' from {peer}",
        });
    }
}
