using System.Net;

namespace Longwave.BadDays.Tests.Hubs;

/// <summary>Response to a publish.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Ids">Positions of the events, in order; empty if rejected.</param>
/// <param name="Duplicates">Number of events that the log already contained.</param>
/// <param name="Problem">Last segment of the problem type, e.g. <c>disk-full</c>; null if accepted.</param>
internal sealed record PublishReply(HttpStatusCode Status, IReadOnlyList<string> Ids, int Duplicates, string? Problem)
{
    public bool IsAccepted => Problem is null;

    /// <summary>Offsets of the positions.</summary>
    public IEnumerable<long> Offsets => Ids.Select(Offset);

    public static long Offset(string position) => long.Parse(position.AsSpan(position.IndexOf('-', StringComparison.Ordinal) + 1));
}
