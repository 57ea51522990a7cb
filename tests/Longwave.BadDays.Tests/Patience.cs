namespace Longwave.BadDays.Tests;

/// <summary>Waits for conditions. The timeout is far longer than any expected wait; it only ends a test that would hang.</summary>
internal static class Patience
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static Task UntilAsync(Func<bool> condition, Func<string> otherwise) => UntilAsync(() => Task.FromResult(condition()), otherwise);

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Bound, $"after {Bound.TotalSeconds} s: {otherwise()}");
            await Task.Delay(Pause);
        }
    }
}
