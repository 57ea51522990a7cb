using Longwave.Bench.Results;

namespace Longwave.Bench.Scenarios;

/// <summary>One question about the hub's speed or size, and how it is answered.</summary>
internal interface IScenario
{
    /// <summary>Its name on the command line and of its file of results.</summary>
    string Name { get; }

    /// <summary>What is measured, in a sentence.</summary>
    string Question { get; }

    Task<IReadOnlyList<Figure>> RunAsync(BenchContext context);
}
