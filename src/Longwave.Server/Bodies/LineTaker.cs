using Longwave.Server.Http;

namespace Longwave.Server.Bodies;

/// <summary>Takes one line of a body; a problem ends the reading. The span is valid during the call only.</summary>
internal delegate Problem? LineTaker(ReadOnlySpan<byte> line);
