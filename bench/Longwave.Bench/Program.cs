using System.CommandLine;
using Longwave.Bench;
using Longwave.Bench.Peers;
using Longwave.Bench.Scenarios;

if (args is [Attacker.Name, var attack, var target, var connections])
{
    return await Attacker.AttackAsync(attack, target, connections);
}

if (args is [LifeProcess.Name, .. var lives])
{
    return await LifeProcess.LiveAsync(lives);
}

var names = new Argument<string[]>("scenario")
{
    Description = $"{string.Join(", ", BenchRun.Scenarios.Select(scenario => scenario.Name))}; {BenchRun.Fanout}, {BenchRun.Hostile}: those whose names begin so; {BenchRun.All}: every one but the soak, before-after and container; {BenchRun.Report}: measures nothing, generates the pages.",
    DefaultValueFactory = _ => [BenchRun.All],
    Arity = ArgumentArity.OneOrMore,
};
names.AcceptOnlyFromAmong([BenchRun.All, BenchRun.Fanout, BenchRun.Report, .. BenchRun.Scenarios.Select(scenario => scenario.Name)]);
var quick = new Option<bool>("--quick") { Description = "Short rounds and small logs: shows that it works, the figures mean little." };
var park = new Option<bool>("--park") { Description = "The hub can park streams: measure it with both of its sinks." };
var peers = new Option<string[]>("--peer")
{
    Description = "Only this server takes part in comparisons (may be repeated).",
    HelpName = "NAME",
    AllowMultipleArgumentsPerToken = true,
};
peers.AcceptOnlyFromAmong([.. PeerList.All(park: true).Select(peer => peer.Name)]);
var rounds = new Option<int?>("--rounds") { Description = "Rounds of each measurement; the median counts." };
var minutes = new Option<double?>("--minutes") { Description = "How long fanout-soak takes (default: 30)." };
var before = new Option<FileInfo?>("--before") { Description = "The longwave.dll of an earlier build, which before-after compares with this one.", HelpName = "DLL" };
var output = new Option<DirectoryInfo?>("--out") { Description = "Where the results are written (default: bench/results).", HelpName = "DIR" };

var root = new RootCommand("Measures the hub over HTTP: starts it as a process of its own, loads it from this one.") { names, quick, park, peers, rounds, minutes, before, output };
root.SetAction((parsed, cancellation) => BenchRun.RunAsync(
    parsed.GetValue(names)!,
    new BenchContext(
        new BenchOptions(
            parsed.GetValue(quick),
            parsed.GetValue(park),
            parsed.GetValue(peers) ?? [],
            parsed.GetValue(rounds),
            TimeSpan.FromMinutes(parsed.GetValue(minutes) ?? (parsed.GetValue(quick) ? 0.5 : 30)),
            parsed.GetValue(before)?.FullName),
        cancellation),
    parsed.GetValue(output)?.FullName));
return await root.Parse(args).InvokeAsync();
