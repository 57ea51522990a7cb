using Spectre.Console;
using Spectre.Console.Rendering;

namespace Longwave.Terminals;

/// <summary>Column beside the bar: count, fraction, rate and remaining time.</summary>
internal sealed class ReportColumn(ProgressReport report) : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(report.Describe());
}
