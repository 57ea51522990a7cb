using System.Text;
using Longwave.Engine.Publishing;
using Longwave.Protocol.Events;
using Longwave.Protocol.Urls;
using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Longwave.Server.Publish;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary><c>POST /.well-known/mercure</c>: an update.</summary>
internal sealed class MercurePublishEndpoint(
    RunningHub hub, MercureAuthenticator authenticator, HubAddress address, FormBody form, MercureProblems refusals)
{
    public async Task HandleAsync(HttpContext context)
    {
        var query = new FormFields();
        bool isText = query.TryAddQuery(context.Request.QueryString.Value, FormFields.MaxFields);
        MercureCaller found = await authenticator.AuthenticateAsync(context, MercureRole.Publisher, query, Dialect.Legacy);

        // Before reading the body: a caller that may not publish must not cost the hub a body.
        if (!found.TryGet(out Caller? caller, out Problem? problem) || !caller.Publishes)
        {
            await refusals.WriteAsync(context, found.Dialect, problem ?? Authenticator.Forbid(caller!, "No grant allows publishing."));
            return;
        }

        var fields = new FormFields();
        problem = isText ? await form.ReadAsync(context, caller.Owner, (body, permit) => fields.TryAdd(body, FormFields.MaxFields)
            ? PublishAsync(context, found.Dialect, caller, fields, permit)
            : ValueTask.FromResult<Problem?>(FormFields.Malformed("body"))) : FormFields.Malformed("query");
        if (problem is not null)
        {
            await refusals.WriteAsync(context, found.Dialect, problem);
        }
    }

    private async ValueTask<Problem?> PublishAsync(HttpContext context, Dialect dialect, Caller caller, FormFields fields, PublishPermit? permit)
    {
        if (MercureUpdate.TryRead(fields, dialect, out Event update) is { } wrong)
        {
            return wrong;
        }

        PublishRequest request = hub.Engine.NewRequest();
        if (request.Add(update) is { } refused)
        {
            return MercureUpdate.Refuse(refused);
        }

        UrlParts hubUrl = address.PartsOf(context);
        if (update.Alternates.Prepend(update.Topic).FirstOrDefault(topic => ReservedTopics.IsReserved(topic, hubUrl)) is { } reserved)
        {
            await refusals.WriteReservedAsync(context, reserved);
            return null;
        }

        if (update.Alternates.Prepend(update.Topic).FirstOrDefault(topic => !caller.MayPublish(topic, update.Type)) is { } forbidden)
        {
            return Authenticator.Forbid(caller, $"No grant allows publishing to `{forbidden}`. Nothing was appended.", "topic");
        }

        if (permit?.TakeEvents(1) is { } tooMany)
        {
            return tooMany;
        }

        PublishResult result = await hub.Engine.PublishAsync(request);
        if (result.Outcome != PublishOutcome.Accepted)
        {
            return MercureUpdate.Refuse(result);
        }

        byte[] id = Encoding.UTF8.GetBytes(update.Id ?? $"{EventRules.PositionMark}{result.Events[0].Position}");
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = id.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(id, context.RequestAborted);
        return null;
    }
}
