using Longwave.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Startup;

/// <summary>Stops the start when the configuration contains an unknown key.</summary>
internal sealed class UnknownKeysCheck(IConfiguration configuration) : IValidateOptions<LongwaveOptions>
{
    public ValidateOptionsResult Validate(string? name, LongwaveOptions options)
    {
        IReadOnlyList<string> sentences = UnknownKeys.Find(configuration, typeof(LongwaveOptions));
        return sentences.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(sentences);
    }
}
