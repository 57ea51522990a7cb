namespace Longwave.Client.Failures;

/// <summary>Wraps an exception that the caller's token provider threw.</summary>
internal sealed class TokenUnavailableException(Exception inner) : Exception(inner.Message, inner);
