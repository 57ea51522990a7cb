using System.Globalization;
using Longwave.Arguments;
using Longwave.Hubs;

namespace Longwave.Publish;

/// <summary>What a bulk came to.</summary>
/// <param name="Published">Events that the log has now.</param>
/// <param name="Duplicates">How many of those it had before.</param>
/// <param name="Skipped">Lines that held no event.</param>
/// <param name="First">Position of the first event.</param>
/// <param name="Last">Position of the last one.</param>
/// <param name="Bad">The line that stopped it.</param>
/// <param name="Failure">What stopped it, when it was not a line found bad before it was sent.</param>
internal sealed record BulkOutcome(
    long Published, long Duplicates, long Skipped, string? First, string? Last, BadLine? Bad, HubFailureText? Failure)
{
    /// <summary>The last line known to be published when somebody interrupted it; null when nobody did.</summary>
    public long? InterruptedAfterLine { get; init; }

    /// <summary>Whether all of the input was published.</summary>
    public bool IsComplete => Bad is null && Failure is null && InterruptedAfterLine is null;

    /// <summary>One line about what was done.</summary>
    public string Summarize(TimeSpan took)
    {
        if (Published == 0)
        {
            return "Published nothing.";
        }

        string rate = took > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $" ({Published / took.TotalSeconds:#,0}/s)") : "";
        string known = Duplicates > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Duplicates:#,0} of which the hub had already") : "";
        string events = Published == 1 ? "1 event" : string.Create(CultureInfo.InvariantCulture, $"{Published:#,0} events");
        string positions = First == Last ? First! : $"{First} to {Last}";
        return $"Published {events}{known} in {Duration.Format(took)}{rate}: {positions}";
    }
}
