namespace Longwave.Server.Publish;

/// <summary>The format of the body of a publish.</summary>
internal enum BodyKind
{
    /// <summary>The body is one event's data, verbatim.</summary>
    Raw,

    /// <summary>One CloudEvent: attributes in <c>ce-*</c> headers, the body is its data.</summary>
    Binary,

    /// <summary>One CloudEvent in the JSON event format.</summary>
    Structured,

    /// <summary>A JSON array of CloudEvents.</summary>
    Batch,

    /// <summary>One CloudEvent in the JSON event format on each line.</summary>
    Ndjson,
}
