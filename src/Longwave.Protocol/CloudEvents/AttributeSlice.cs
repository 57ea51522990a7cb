using System.Runtime.InteropServices;

namespace Longwave.Protocol.CloudEvents;

/// <summary>Range of a name and its raw value in the JSON being read; copies no bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AttributeSlice(int NameStart, int NameLength, int ValueStart, int ValueLength);
