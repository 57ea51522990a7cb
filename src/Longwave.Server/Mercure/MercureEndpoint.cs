using Longwave.Server.Bodies;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary><c>/.well-known/mercure</c>: selects the publish or the subscribe endpoint by method.</summary>
internal sealed class MercureEndpoint(MercureSubscribeEndpoint subscribe, MercurePublishEndpoint publish, EndpointGuard refusals)
{
    private const string Methods = "GET, HEAD, QUERY, POST, OPTIONS";
    public async Task HandleAsync(HttpContext context)
    {
        string method = context.Request.Method;
        if (HttpMethods.IsOptions(method))
        {
            context.Response.Headers["Accept-Query"] = context.Response.Headers["Accept-Post"] = FormBody.MediaType;
        }

        if (!await refusals.AnswerMethodAsync(context, Methods))
        {
            await (HttpMethods.IsPost(method) ? publish.HandleAsync(context) : subscribe.HandleAsync(context));
        }
    }
}
