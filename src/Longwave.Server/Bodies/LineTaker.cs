using Longwave.Server.Http;

namespace Longwave.Server.Bodies;

/// <summary>Processes one line of a body; a problem ends the reading. The span is valid only during the call.</summary>
internal delegate Problem? LineTaker(ReadOnlySpan<byte> line);
