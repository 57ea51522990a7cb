namespace Longwave.Server.Kestrel;

/// <summary>The hub cannot listen on a unix socket. The message is for the operator: the path, the reason, and what to do.</summary>
public sealed class SocketFileUnusableException(string path, string reason, Exception? inner = null)
    : IOException($"Cannot listen on the unix socket {path}: {reason}", inner);
