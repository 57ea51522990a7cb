using System.Runtime.InteropServices;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Where a name and the raw text of its value stand in the JSON being read; no bytes are copied.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AttributeSlice(int NameStart, int NameLength, int ValueStart, int ValueLength);
