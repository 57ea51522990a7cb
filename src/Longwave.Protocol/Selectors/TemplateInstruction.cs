using System.Runtime.InteropServices;

namespace Longwave.Protocol.Selectors;

/// <summary>One step of a compiled template; the steps that take a character go on with the next one.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TemplateInstruction(TemplateOperation Operation, char Character = '\0', ushort Target = 0);
