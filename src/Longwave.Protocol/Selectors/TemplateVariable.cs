namespace Longwave.Protocol.Selectors;

/// <summary>A variable of a template, without its name.</summary>
/// <param name="Style">How its expression is written.</param>
/// <param name="Explodes">Whether each item of its value stands for itself (<c>{list*}</c>).</param>
/// <param name="Prefix">Most characters of its value (<c>{var:3}</c>); zero for any number.</param>
internal readonly record struct TemplateVariable(TemplateStyle Style, bool Explodes, int Prefix);
