using Longwave;
using Longwave.Terminals;

return await LongwaveCommand.RunAsync(args, Terminal.OfProcess());
