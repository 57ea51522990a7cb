using System.Diagnostics;
using System.Globalization;

namespace Longwave.BadDays.Tests.Machines;

/// <summary>
/// A separate machine from the viewpoint of TCP: a network namespace behind a virtual link that can be cut. Needs root, as network
/// namespaces do, and `ip` (Debian: iproute2).
/// </summary>
internal sealed class FarMachine : IAsyncDisposable
{
    private readonly string _name;
    private readonly int _net;
    private readonly List<Process> _processes = [];

    private FarMachine(string name, int net) => (_name, _net) = (name, net);

    /// <summary>Address of the local end of the link, from the range reserved for network benchmarks (RFC 2544).</summary>
    public string NearAddress => string.Create(CultureInfo.InvariantCulture, $"198.18.{_net}.1");

    private string FarAddress => string.Create(CultureInfo.InvariantCulture, $"198.18.{_net}.2");

    private string Near => _name + "n";

    private string Far => _name + "f";

    public static async Task<FarMachine> ConnectAsync()
    {
        int net = Random.Shared.Next(1, 255);
        var machine = new FarMachine(string.Create(CultureInfo.InvariantCulture, $"lw{Environment.ProcessId % 100_000}x{net}"), net);
        await Ip("netns", "add", machine._name);
        await Ip("link", "add", machine.Near, "type", "veth", "peer", "name", machine.Far, "netns", machine._name);
        await Ip("address", "add", machine.NearAddress + "/30", "dev", machine.Near);
        await Ip("link", "set", machine.Near, "up");
        await Ip("-n", machine._name, "address", "add", machine.FarAddress + "/30", "dev", machine.Far);
        await Ip("-n", machine._name, "link", "set", machine.Far, "up");
        return machine;
    }

    /// <summary>Runs a program in the namespace until the machine is disposed of.</summary>
    public void StartProgram(string program, params string[] arguments) => _processes.Add(
        Process.Start(new ProcessStartInfo("ip", ["netns", "exec", _name, program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!);

    /// <summary>Cuts the link: packets are dropped without notice.</summary>
    public Task PullCableAsync() => Ip("-n", _name, "link", "set", Far, "down");

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await Ip("link", "delete", Near);
        await Ip("netns", "delete", _name);
    }

    private static Task Ip(params string[] arguments) => Tool.RunProgramAsync("ip", arguments);
}
