namespace Longwave.Hubs;

/// <summary>The token that the environment names is not to be had; the message is for the person who typed the command.</summary>
internal sealed class TokenUnreadableException(string message, Exception? inner = null) : Exception(message, inner);
