namespace Longwave.BadDays.Tests.Lives;

/// <summary>The hub did not do what the life of a connection requires.</summary>
internal sealed class LifeFailedException(string message) : Exception(message);
