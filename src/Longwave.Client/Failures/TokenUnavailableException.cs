namespace Longwave.Client.Failures;

/// <summary>The caller's token provider threw.</summary>
internal sealed class TokenUnavailableException(Exception inner) : Exception(inner.Message, inner);
