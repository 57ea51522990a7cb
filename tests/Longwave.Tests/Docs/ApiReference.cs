using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Longwave.Tests.Docs;

/// <summary>Generates a page of an assembly's public types and their documentation comments.</summary>
public sealed partial class ApiReference
{
    private readonly Assembly _assembly;
    private readonly Dictionary<string, XElement> _comments;

    public ApiReference(Assembly assembly)
    {
        _assembly = assembly;
        var document = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        _comments = document.Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
    }

    public string Write(string head)
    {
        var page = new StringBuilder(head);
        foreach (var space in _assembly.GetExportedTypes().GroupBy(type => type.Namespace).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {space.Key}\n");
            foreach (var type in space.OrderBy(type => type.Name, StringComparer.Ordinal))
            {
                Write(page, type);
            }
        }

        return page.ToString();
    }

    private void Write(StringBuilder page, Type type)
    {
        var comment = _comments.GetValueOrDefault("T:" + type.FullName);
        page.Append(CultureInfo.InvariantCulture, $"\n### {Name(type)}\n\n{Text(comment?.Element("summary"))}\n");
        foreach (var paragraph in comment?.Element("remarks")?.Elements("para") ?? [])
        {
            page.Append(CultureInfo.InvariantCulture, $"\n{Text(paragraph)}\n");
        }

        var rows = Members(type).Select(member => $"| `{Signature(member)}` | {GeneratedPage.Cell(Describe(member, comment))} |\n").ToList();
        if (rows.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n| member | what it is |\n|---|---|\n{string.Concat(rows)}");
        }
    }

    private static IEnumerable<MemberInfo> Members(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.IsEnum
            ? type.GetFields(BindingFlags.Public | BindingFlags.Static)
            : type.GetMembers(Declared)
                .Where(member => member is ConstructorInfo { IsPublic: true } or PropertyInfo or FieldInfo or MethodInfo { IsSpecialName: false })
                .Where(member => !IsOfRecord(member))
                .OrderBy(member => member.MemberType == MemberTypes.Constructor ? 0 : member.MemberType == MemberTypes.Method ? 2 : 1)
                .ThenBy(member => member.MetadataToken);
    }

    /// <summary>Members that the compiler generates for every record; readers need no description of them.</summary>
    private static bool IsOfRecord(MemberInfo member) =>
        member.Name is "Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "<Clone>$" or "EqualityContract"
        || member is ConstructorInfo constructor && constructor.GetParameters() is [{ } only] && only.ParameterType == constructor.DeclaringType;

    private string Describe(MemberInfo member, XElement? ofType)
    {
        var comment = _comments.GetValueOrDefault(Id(member));
        if (comment?.Element("inheritdoc")?.Attribute("cref") is { } other && comment.Element("summary") is null)
        {
            comment = _comments.GetValueOrDefault(other.Value);
        }

        // The record itself documents its positional members.
        var summary = comment?.Element("summary") ?? ofType?.Elements("param").FirstOrDefault(param => param.Attribute("name")?.Value == member.Name);
        var text = Text(summary);
        if (member is MethodBase)
        {
            var throws = comment?.Elements("exception").Select(thrown => $"Throws `{thrown.Attribute("cref")!.Value.Split('.')[^1]}`: {Text(thrown)}") ?? [];
            text = string.Join(' ', throws.Prepend(text));
        }

        return text;
    }

    private static string Id(MemberInfo member) => member switch
    {
        MethodBase method => $"M:{method.DeclaringType!.FullName}.{(method is ConstructorInfo ? "#ctor" : method.Name)}"
            + (method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "")
            + (method.GetParameters() is { Length: > 0 } parameters ? $"({string.Join(',', parameters.Select(p => IdOf(p.ParameterType)))})" : ""),
        PropertyInfo => $"P:{member.DeclaringType!.FullName}.{member.Name}",
        _ => $"F:{member.DeclaringType!.FullName}.{member.Name}",
    };

    private static string IdOf(Type type) => type switch
    {
        { IsByRef: true } => IdOf(type.GetElementType()!) + "@",
        { IsArray: true } => IdOf(type.GetElementType()!) + "[]",
        { IsGenericMethodParameter: true } => $"``{type.GenericParameterPosition}",
        { IsGenericParameter: true } => $"`{type.GenericParameterPosition}",
        { IsGenericType: true } => $"{type.GetGenericTypeDefinition().FullName!.Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(IdOf))}}}",
        _ => type.FullName!,
    };

    private static string Signature(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo method => $"{Name(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method)})",
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name}",
        FieldInfo { DeclaringType.IsEnum: true } value => value.Name,
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}",
        _ => member.Name,
    };

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = default" : "")}"));

    private static string Name(Type type) => type switch
    {
        { IsByRef: true } => Name(type.GetElementType()!),
        { IsArray: true } => Name(type.GetElementType()!) + "[]",
        _ when Nullable.GetUnderlyingType(type) is { } inner => Name(inner) + "?",
        { IsGenericType: true } => $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>",
        _ => type.Name switch { "String" => "string", "Boolean" => "bool", "Int32" => "int", "Int64" => "long", "Double" => "double", "Void" => "void", var name => name },
    };

    /// <summary>Converts a comment to Markdown.</summary>
    private static string Text(XElement? comment) => comment is null ? "" : Spaces().Replace(string.Concat(comment.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XElement { Name.LocalName: "see" } see => $"`{(see.Attribute("cref") ?? see.Attribute("langword"))!.Value.Split('(')[0].Split('.')[^1].Split('`')[0].Split(':')[^1]}`",
        XElement { Name.LocalName: "paramref" or "typeparamref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement other => string.Concat(other.Nodes().Select(Text)),
        XText text => text.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
