using System.Text;
using Longwave.Protocol.EventStream;

namespace Longwave.Protocol.Tests;

/// <summary>Feeds a parser in pieces, as a network would.</summary>
internal static class StreamPieces
{
    public static List<ServerSentEvent> Read(EventStreamParser parser, ReadOnlySpan<byte> bytes, int piece) =>
        Read(parser, bytes, piece, out _);

    /// <param name="parser">The parser.</param>
    /// <param name="bytes">The stream.</param>
    /// <param name="piece">Bytes at a time.</param>
    /// <param name="comments">The newest comment after each piece; all of them when the pieces are single bytes.</param>
    public static List<ServerSentEvent> Read(EventStreamParser parser, ReadOnlySpan<byte> bytes, int piece, out List<string> comments)
    {
        comments = [];
        var events = new List<ServerSentEvent>();
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> input = bytes[..Math.Min(piece, bytes.Length)];
            bytes = bytes[input.Length..];
            long seen = parser.CommentsSeen;
            while (parser.TryRead(ref input, out ServerSentEvent e))
            {
                events.Add(e);
            }

            Assert.True(input.IsEmpty);
            if (parser.CommentsSeen > seen)
            {
                comments.Add(Encoding.UTF8.GetString(parser.LastComment.Span));
            }
        }

        return events;
    }
}
