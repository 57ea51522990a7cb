using Longwave.Client.Failures;
using Longwave.Terminals;

namespace Longwave.Hubs;

/// <summary>Why a hub did not do what it was asked, in one sentence for a person at a terminal.</summary>
/// <param name="Sentence">What went wrong and what to do.</param>
internal sealed record HubFailureText(string Sentence)
{
    /// <summary>Which event of a batch it was about, from 0; null when it was about none.</summary>
    public int? Index { get; init; }

    /// <summary>What the client says, with what to do about it on a command line.</summary>
    public static HubFailureText From(Client.Failures.HubFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        string hint = failure.Kind switch
        {
            FailureKind.UnknownHost => " Say where the hub is with --hub URL.",
            FailureKind.ConnectionRefused => " Start one with `longwave serve`, or say where it is with --hub URL.",
            _ => "",
        };
        return new HubFailureText(VisibleText.Escape(failure.Message) + hint) { Index = failure.Index };
    }
}
