using System.CommandLine;
using Longwave.Bench;
using Longwave.Bench.Scenarios;

var name = new Argument<string>("scenario")
{
    Description = $"{string.Join(", ", BenchRun.Scenarios.Select(scenario => scenario.Name))}, or all.",
    DefaultValueFactory = _ => BenchRun.All,
};
name.AcceptOnlyFromAmong([BenchRun.All, .. BenchRun.Scenarios.Select(scenario => scenario.Name)]);
var quick = new Option<bool>("--quick") { Description = "Short rounds and small logs: shows that it works, the figures mean little." };
var output = new Option<DirectoryInfo?>("--out") { Description = "Where the results are written (default: bench/results).", HelpName = "DIR" };

var root = new RootCommand("Measures the hub over HTTP: starts it as a process of its own, loads it from this one.") { name, quick, output };
root.SetAction((parsed, cancellation) => BenchRun.RunAsync(
    parsed.GetValue(name)!,
    new BenchContext(parsed.GetValue(quick), cancellation),
    parsed.GetValue(output)?.FullName));
return await root.Parse(args).InvokeAsync();
