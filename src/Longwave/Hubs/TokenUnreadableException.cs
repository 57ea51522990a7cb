namespace Longwave.Hubs;

/// <summary>The token that the environment names cannot be read; the message is for the user of the command.</summary>
internal sealed class TokenUnreadableException(string message, Exception? inner = null) : Exception(message, inner);
