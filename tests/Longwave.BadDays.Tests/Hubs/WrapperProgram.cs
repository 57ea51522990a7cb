namespace Longwave.BadDays.Tests.Hubs;

/// <summary>A program that changes its own environment and then executes the command line after its arguments.</summary>
internal sealed record WrapperProgram(string Program, params IReadOnlyList<string> Arguments);
