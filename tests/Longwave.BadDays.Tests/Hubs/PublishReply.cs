using System.Net;

namespace Longwave.BadDays.Tests.Hubs;

/// <summary>What a publish was answered.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Ids">Positions of the events, in their order; empty when refused.</param>
/// <param name="Duplicates">How many of them the log had already.</param>
/// <param name="Problem">Last part of the problem's type, e.g. <c>disk-full</c>; null when accepted.</param>
internal sealed record PublishReply(HttpStatusCode Status, IReadOnlyList<string> Ids, int Duplicates, string? Problem)
{
    public bool IsAccepted => Problem is null;

    /// <summary>Offsets of the positions.</summary>
    public IEnumerable<long> Offsets => Ids.Select(Offset);

    public static long Offset(string position) => long.Parse(position.AsSpan(position.IndexOf('-', StringComparison.Ordinal) + 1));
}
