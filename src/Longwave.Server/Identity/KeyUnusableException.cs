namespace Longwave.Server.Identity;

/// <summary>A key that the configuration names can't be used. The message is for the operator, and never holds any part of the key.</summary>
public sealed class KeyUnusableException(string message) : Exception(message);
