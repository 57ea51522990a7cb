using System.Globalization;
using System.Text;
using Longwave.Protocol.EventStream;

namespace Longwave.Protocol.Tests.EventStream;

/// <summary>WHATWG HTML 9.2.6, word by word on the whole decoded stream: slow, plain, and written without a look at the parser.</summary>
internal sealed class StreamModel
{
    private readonly StringBuilder _data = new();
    private string _eventType = "";
    private string _idBuffer = "";

    public StreamModel(byte[] stream)
    {
        string text = Encoding.UTF8.GetString(stream);
        if (text.StartsWith('\uFEFF'))
        {
            text = text[1..];
        }

        text = Texts.AsReceived(text);
        int end = text.LastIndexOf('\n');
        if (end < 0)
        {
            return;
        }

        foreach (string line in text[..end].Split('\n'))
        {
            Process(line);
        }
    }

    public List<ServerSentEvent> Events { get; } = [];

    public string LastEventId { get; private set; } = "";

    public int? Retry { get; private set; }

    private void Process(string line)
    {
        if (line.Length == 0)
        {
            Dispatch();
            return;
        }

        if (line[0] == ':')
        {
            return;
        }

        int colon = line.IndexOf(':', StringComparison.Ordinal);
        string field = colon < 0 ? line : line[..colon];
        string value = colon < 0 ? "" : line[(colon + 1)..];
        if (value.StartsWith(' '))
        {
            value = value[1..];
        }

        switch (field)
        {
            case "event":
                _eventType = value;
                break;
            case "data":
                _data.Append(value).Append('\n');
                break;
            case "id" when !value.Contains('\0', StringComparison.Ordinal):
                _idBuffer = value;
                break;
            case "retry" when value.Length > 0 && value.All(char.IsAsciiDigit) && int.TryParse(value, CultureInfo.InvariantCulture, out int ms):
                Retry = ms;
                break;
        }
    }

    private void Dispatch()
    {
        LastEventId = _idBuffer;
        string type = _eventType;
        _eventType = "";
        if (_data.Length == 0)
        {
            return;
        }

        _data.Length--;
        Events.Add(new ServerSentEvent(type.Length == 0 ? "message" : type, _data.ToString(), LastEventId));
        _data.Clear();
    }
}
