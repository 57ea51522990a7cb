using System.Runtime.InteropServices;

namespace Longwave.Protocol.Selectors;

/// <summary>One instruction of a compiled template; instructions that match a character continue with the next one.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TemplateInstruction(TemplateOperation Operation, char Character = '\0', ushort Target = 0);
