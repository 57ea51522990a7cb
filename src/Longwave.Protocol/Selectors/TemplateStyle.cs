using System.Runtime.InteropServices;

namespace Longwave.Protocol.Selectors;

/// <summary>Syntax of an operator: the table of RFC 6570 appendix A.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TemplateStyle(
    bool HasOperator, char First, char Separator, bool Named, bool BareWhenEmpty, bool AllowsReserved)
{
    public static TemplateStyle Of(char c) => c switch
    {
        '+' => new TemplateStyle(true, '\0', ',', false, false, true),
        '#' => new TemplateStyle(true, '#', ',', false, false, true),
        '.' => new TemplateStyle(true, '.', '.', false, false, false),
        '/' => new TemplateStyle(true, '/', '/', false, false, false),
        ';' => new TemplateStyle(true, ';', ';', true, true, false),
        '?' => new TemplateStyle(true, '?', '&', true, false, false),
        '&' => new TemplateStyle(true, '&', '&', true, false, false),
        _ => new TemplateStyle(false, '\0', ',', false, false, false),
    };
}
