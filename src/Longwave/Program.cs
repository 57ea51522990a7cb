using System.CommandLine;
using Longwave.Serve;

var root = new RootCommand("Longwave: takes events over HTTP, keeps them in a durable log, and streams them as Server-Sent Events. Without a command it serves.")
{
    ServeCommand.Create(),
};

// Commands end by themselves when they are told to; a hub that sends its clients away needs longer than the two seconds of the default.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await root.Parse(args.Length == 0 ? ["serve"] : args).InvokeAsync(invocation);
