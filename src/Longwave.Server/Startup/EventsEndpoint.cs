using Longwave.Server.Bodies;
using Longwave.Server.Identity;
using Longwave.Server.Publish;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Startup;

/// <summary><c>/v1/events</c>: selects the publish or the subscribe endpoint by method.</summary>
internal sealed class EventsEndpoint(SubscribeEndpoint subscribe, PublishEndpoint publish, EndpointGuard refusals)
{
    private const string Methods = "GET, HEAD, QUERY, POST, OPTIONS";

    /// <summary>The content types with a special format; a body of any other type is the data of one event, verbatim.</summary>
    private const string AcceptPost = "application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, */*";

    public Task HandleAsync(HttpContext context)
    {
        string method = context.Request.Method;
        return HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? subscribe.HandleAsync(context)
            : SubscribeEndpoint.IsQuery(method) ? subscribe.HandleBodyAsync(context)
            : HttpMethods.IsPost(method) ? publish.HandleAsync(context)
            : HttpMethods.IsOptions(method) ? Options(context)
            : refusals.MethodNotAllowedAsync(context, Methods);
    }

    private static Task Options(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = Methods;
        context.Response.Headers["Accept-Post"] = AcceptPost;
        context.Response.Headers["Accept-Query"] = FormBody.MediaType;
        return Task.CompletedTask;
    }
}
