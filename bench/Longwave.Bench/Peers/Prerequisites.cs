using System.Diagnostics;
using Longwave.Bench.Hubs;

namespace Longwave.Bench.Peers;

/// <summary>Programs that the peers need: installed where that may be done, named where not.</summary>
internal static class Prerequisites
{
    private static readonly (string File, string Package)[] Needed =
    [
        ("/usr/bin/g++", "g++"),
        ("/usr/sbin/nginx", "nginx-light"),
        ("/usr/lib/nginx/modules/ngx_nchan_module.so", "libnginx-mod-nchan"),
        ("/usr/bin/taskset", "util-linux"),
    ];

    /// <summary>Makes every peer ready to be started.</summary>
    /// <exception cref="BenchFailedException">Something is missing and could not be installed; the message says what to do.</exception>
    public static void Provide(Action<string> tell)
    {
        InstallPackages(tell);
        string modules = Path.Combine(Repository.Fanout, "better-sse", "node_modules", "better-sse");
        if (!Directory.Exists(modules))
        {
            tell("npm ci: better-sse");
            Run(Path.Combine(Repository.Fanout, "better-sse"), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        }

        Run(Repository.Fanout, "g++", "-std=c++20", "-O2", "-Wall", "-Wextra", "-Werror", "-o", Path.Combine(Repository.Work, "floor"), "floor.cpp");
    }

    private static void InstallPackages(Action<string> tell)
    {
        string[] missing = Missing();
        if (missing.Length > 0 && Environment.UserName == "root" && File.Exists("/usr/bin/apt-get"))
        {
            tell($"apt-get install {string.Join(' ', missing)}");
            Run("/", "apt-get", "update");
            Run("/", ["apt-get", "install", "-y", "--no-install-recommends", .. missing]);
            missing = Missing();
        }

        if (missing.Length > 0)
        {
            throw new BenchFailedException(
                $"The peers need Debian packages that are not here. As root: apt-get install --no-install-recommends {string.Join(' ', missing)}");
        }

        if (!OnPath("node") || !OnPath("npm"))
        {
            throw new BenchFailedException("The peer better-sse needs node 20 or newer with npm, and one of them is not on the PATH.");
        }
    }

    private static string[] Missing() => [.. Needed.Where(need => !File.Exists(need.File)).Select(need => need.Package)];

    private static bool OnPath(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static void Run(string directory, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new BenchFailedException($"{string.Join(' ', command)} failed: {output}{errors.Result}");
        }
    }
}
