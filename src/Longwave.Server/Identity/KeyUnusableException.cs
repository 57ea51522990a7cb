namespace Longwave.Server.Identity;

/// <summary>A configured key is unusable. The message is for the operator and never contains a part of the key.</summary>
public sealed class KeyUnusableException(string message) : Exception(message);
