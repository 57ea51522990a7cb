namespace Longwave.Completion;

/// <summary>Words of an option for completion.</summary>
/// <param name="Names">Its name and aliases.</param>
/// <param name="Description">First sentence of its description.</param>
/// <param name="TakesValue">Whether a value follows.</param>
/// <param name="TakesFile">Whether the value is a path.</param>
internal sealed record OptionWords(IReadOnlyList<string> Names, string Description, bool TakesValue, bool TakesFile);
