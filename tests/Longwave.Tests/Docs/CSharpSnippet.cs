using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Longwave.Tests.Docs;

/// <summary>Compiles a C# snippet as the Program.cs of a new web project that references Longwave.</summary>
public static class CSharpSnippet
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>Source generator of JsonSerializerContext classes; it is part of the SDK, as for every project.</summary>
    private static readonly Lazy<ISourceGenerator[]> JsonGenerators = new(() =>
    {
        var packs = new DirectoryInfo(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref"));
        var file = packs.GetFiles("System.Text.Json.SourceGeneration.dll", SearchOption.AllDirectories).OrderBy(found => found.FullName, StringComparer.Ordinal).Last();
        return [.. Assembly.LoadFrom(file.FullName).GetTypes()
            .Where(type => !type.IsAbstract && typeof(IIncrementalGenerator).IsAssignableFrom(type))
            .Select(type => ((IIncrementalGenerator)Activator.CreateInstance(type)!).AsSourceGenerator())];
    });

    /// <summary>Errors and warnings of the compiler; empty on success.</summary>
    public static IReadOnlyList<string> Compile(string text)
    {
        var compilation = CSharpCompilation.Create(
            "snippet",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(text)],
            References.Value,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(JsonGenerators.Value).RunGeneratorsAndUpdateCompilation(compilation, out var generated, out _);
        return [.. generated.GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString())];
    }
}
