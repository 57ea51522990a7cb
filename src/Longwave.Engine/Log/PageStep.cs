namespace Longwave.Engine.Log;

/// <summary>What a page does with an event that was read from storage.</summary>
internal enum PageStep
{
    /// <summary>The page does not take the event.</summary>
    Passed,

    /// <summary>The page took the event.</summary>
    Taken,

    /// <summary>The page took the event and takes no more.</summary>
    Full,
}
