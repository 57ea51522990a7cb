using System.Text;

namespace Longwave.Tests.Commands;

/// <summary>Output of a command that may still be running.</summary>
public sealed class Transcript : TextWriter
{
    // Guards _text and _changed.
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _changed = NewSignal();

    public Transcript() => NewLine = "\n";

    public override Encoding Encoding => Encoding.UTF8;

    public string Text
    {
        get
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _text.Append(value);
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.TrySetResult();
    }

    /// <summary>Waits until the output fulfils a condition.</summary>
    public async Task WaitForAsync(Func<string, bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(HubProcess.Patience);
        while (true)
        {
            Task changed;
            string text;
            lock (_lock)
            {
                (changed, text) = (_changed.Task, _text.ToString());
            }

            if (condition(text))
            {
                return;
            }

            try
            {
                await changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"timed out waiting for {what}; there are {text.Length} characters that end with\n{text[Math.Max(0, text.Length - 2_000)..]}");
            }
        }
    }

    public Task WaitForAsync(string part) => WaitForAsync(text => text.Contains(part, StringComparison.Ordinal), $"'{part}'");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
