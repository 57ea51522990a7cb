namespace Longwave.Engine.Log;

/// <summary>Decision of a page about an event from storage.</summary>
internal enum PageStep
{
    /// <summary>The page does not contain the event.</summary>
    Passed,

    /// <summary>The page contains the event.</summary>
    Taken,

    /// <summary>The page contains the event and is full.</summary>
    Full,
}
