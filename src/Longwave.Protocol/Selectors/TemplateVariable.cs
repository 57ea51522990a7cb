namespace Longwave.Protocol.Selectors;

/// <summary>A variable of a template, without its name.</summary>
/// <param name="Style">Operator of its expression.</param>
/// <param name="Explodes">Whether the items of its value are expanded separately (<c>{list*}</c>).</param>
/// <param name="Prefix">Maximum characters of its value (<c>{var:3}</c>); zero is unlimited.</param>
internal readonly record struct TemplateVariable(TemplateStyle Style, bool Explodes, int Prefix);
