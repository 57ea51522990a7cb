using System.Globalization;
using Longwave.Arguments;
using Longwave.Hubs;
using Longwave.Terminals;

namespace Longwave.Publish;

/// <summary>Result of a bulk publish.</summary>
/// <param name="Published">Events that the log contains now.</param>
/// <param name="Duplicates">Number of those that the log already contained.</param>
/// <param name="Skipped">Lines without an event.</param>
/// <param name="First">Position of the first event.</param>
/// <param name="Last">Position of the last one.</param>
/// <param name="Bad">The invalid line that ended the run.</param>
/// <param name="Failure">The failure that ended the run, unless it was a line found invalid before it was sent.</param>
internal sealed record BulkOutcome(
    long Published, long Duplicates, long Skipped, string? First, string? Last, BadLine? Bad, HubFailureText? Failure)
{
    /// <summary>Last line known to be published when Ctrl+C ended the run; null if the run was not interrupted.</summary>
    public long? InterruptedAfterLine { get; init; }

    /// <summary>Whether the whole input was published.</summary>
    public bool IsComplete => Bad is null && Failure is null && InterruptedAfterLine is null;

    /// <summary>Summary in one line.</summary>
    public string Summarize(TimeSpan took)
    {
        if (Published == 0)
        {
            return "Published nothing.";
        }

        string rate = took > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $" ({Published / took.TotalSeconds:#,0}/s)") : "";
        string known = Duplicates > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Duplicates:#,0} of which the hub already had") : "";
        string positions = First == Last ? First! : $"{First} to {Last}";
        return $"Published {EventCount.Format(Published)}{known} in {Duration.Format(took)}{rate}: {positions}";
    }
}
