namespace Longwave.Bench.Results;

/// <summary>What a scenario found; one file of results.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Question">What was measured.</param>
/// <param name="At">When it began.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Commit">What was measured; a plus behind it means that sources differed.</param>
/// <param name="Quick">Whether rounds were short and logs small, so that the figures mean little.</param>
/// <param name="Machine">Where.</param>
/// <param name="Figures">The values.</param>
/// <param name="Grids">Tables beside them, or null.</param>
/// <param name="Charts">Files of charts beside the file of results, or null.</param>
internal sealed record ScenarioResult(
    string Scenario,
    string Question,
    DateTimeOffset At,
    double Seconds,
    string Commit,
    bool Quick,
    Machine Machine,
    IReadOnlyList<Figure> Figures,
    IReadOnlyList<ResultGrid>? Grids = null,
    IReadOnlyList<string>? Charts = null);
