namespace Longwave.BadDays.Tests.Hubs;

/// <summary>A program that changes its own surroundings and then executes the command line that follows its arguments.</summary>
internal sealed record WrapperProgram(string Program, params IReadOnlyList<string> Arguments);
