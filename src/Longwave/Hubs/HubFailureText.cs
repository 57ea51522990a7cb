using Longwave.Client.Failures;
using Longwave.Terminals;

namespace Longwave.Hubs;

/// <summary>A hub's failure as one sentence for a person at a terminal.</summary>
/// <param name="Sentence">What failed and what to do.</param>
internal sealed record HubFailureText(string Sentence)
{
    /// <summary>Index of the event in its batch, from 0; null if the failure concerns no single event.</summary>
    public int? Index { get; init; }

    /// <summary>Converts a client failure, and adds advice for the command line.</summary>
    public static HubFailureText From(Client.Failures.HubFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        string hint = failure.Kind switch
        {
            FailureKind.UnknownHost => " Set the URL of the hub with --hub.",
            FailureKind.ConnectionRefused => " Start a hub with `longwave serve`, or set its URL with --hub.",
            _ => "",
        };
        return new HubFailureText(VisibleText.Escape(failure.Message) + hint) { Index = failure.Index };
    }
}
