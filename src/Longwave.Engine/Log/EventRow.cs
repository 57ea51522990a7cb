namespace Longwave.Engine.Log;

/// <summary>Columns of an event, as every query of the engine selects them.</summary>
internal static class EventRow
{
    public const string Columns = "e.offset, e.time, e.topic, e.alternates, e.type, e.key, e.content_type, e.attributes, e.data, e.private, e.publisher_id, e.retry, e.distance, e.checksum";

    public const int Offset = 0;
    public const int Time = 1;
    public const int Topic = 2;
    public const int Alternates = 3;
    public const int Type = 4;
    public const int Key = 5;
    public const int ContentType = 6;
    public const int Attributes = 7;
    public const int Data = 8;
    public const int Private = 9;
    public const int PublisherId = 10;
    public const int Retry = 11;
    public const int Distance = 12;
    public const int Checksum = 13;

    /// <summary>Number of the columns; the next column of a query has this index.</summary>
    public const int Count = 14;
}
