using Longwave.Server.Admission;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Identity;

/// <summary>Rejections common to all endpoints: too many requests, unknown paths, unsupported methods, exceptions.</summary>
internal sealed partial class EndpointGuard(ProblemWriter problems, AdmissionControl admission, TimeProvider clock, ILogger<EndpointGuard> logger)
{
    /// <summary>Longest topic that an answer repeats, in characters.</summary>
    private const int MaxNamedTopic = 200;

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly LogThrottle _failedAllocations = new(LogInterval, clock);

    /// <summary>Answers with a problem.</summary>
    public Task WriteAsync(HttpContext context, Problem problem) => problems.WriteAsync(context, problem);

    /// <summary>Answers 405 with the allowed methods.</summary>
    public Task MethodNotAllowedAsync(HttpContext context, string methods)
    {
        context.Response.Headers.Allow = methods;
        return problems.WriteAsync(
            context, new Problem(ProblemTypes.MethodNotAllowed, $"The method `{context.Request.Method}` is not allowed here; allowed methods: {methods}."));
    }

    /// <summary>Answers OPTIONS and unsupported methods; true when it has answered the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="methods">The supported methods, in the format of <c>Allow</c>.</param>
    public async ValueTask<bool> AnswerMethodAsync(HttpContext context, string methods)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers.Allow = methods;
            return true;
        }

        if (methods.Split(", ").Contains(context.Request.Method))
        {
            return false;
        }

        await MethodNotAllowedAsync(context, methods);
        return true;
    }

    /// <summary>Authenticates the caller, and counts the request against the rate of its subject.</summary>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext context, Authenticator authenticator)
    {
        Authentication found = await authenticator.AuthenticateAsync(context);
        return found.Caller is { } caller && admission.CountRequest(context, caller.Owner) is { } problem ? new Authentication(problem) : found;
    }

    /// <summary>Returns the problem of a caller without the admin role, or null.</summary>
    public async ValueTask<Problem?> RequireAdminAsync(HttpContext context, Authenticator authenticator) =>
        !(await AuthenticateAsync(context, authenticator)).TryGet(out Caller? caller, out Problem? problem) ? problem
        : caller.Grants.IsAdmin ? null
        : Authenticator.Forbid(caller, "This request requires the admin role.");

    /// <summary>Answers 404 for an unknown path below <c>/v1</c>.</summary>
    public Task NotFoundAsync(HttpContext context) =>
        problems.WriteAsync(context, new Problem(ProblemTypes.NotFound, DescribePath(context.Request.Path.Value ?? "")));

    /// <summary>Other systems have the topic in the path: the answer names its place here.</summary>
    private static string DescribePath(string path)
    {
        const string Events = "/v1/events/";
        int at = path.IndexOf(Events, StringComparison.Ordinal);
        string topic = at < 0 ? "" : path[(at + Events.Length)..].TrimEnd('/');
        return topic.Length is > 0 and <= MaxNamedTopic
            ? $"No endpoint has this path. The topic is a parameter of the query: `/v1/events?topic={Uri.EscapeDataString(topic).Replace("%2F", "/", StringComparison.Ordinal)}`."
            : "No endpoint has this path. Events are at `/v1/events?topic=NAME`, topics at `/v1/topics`.";
    }

    /// <summary>
    /// Counts each request against the rate of its address, and runs <paramref name="handler"/> within it. OPTIONS is not counted, because a browser
    /// sends it before a request of its own accord.
    /// </summary>
    public RequestDelegate Limit(RequestDelegate handler) => context =>
        !HttpMethods.IsOptions(context.Request.Method) && admission.CountRequest(context) is { } problem ? WriteAsync(context, problem) : handler(context);

    /// <summary>Runs <paramref name="handler"/> and answers every exception with a problem document.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => async context =>
    {
        try
        {
            await handler(context);
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseBadRequestAsync(context, exception);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException
            && context.RequestAborted.IsCancellationRequested)
        {
            LogClientLeft(exception.Message);
        }
        catch (IOException malformed) when (malformed.InnerException is OverflowException)
        {
            // The web server reports a chunk whose size is too large a number in this way.
            context.Response.Headers.Connection = "close";
            await AnswerOrAbortAsync(context, new Problem(ProblemTypes.BadRequest, malformed.Message, "body"));
        }
        catch (OutOfMemoryException)
        {
            // A passing shortage, not a bug: the request failed, and what it allocated is garbage.
            if (_failedAllocations.TryTake(out long count))
            {
                LogOutOfMemory(count);
            }

            await AnswerOrAbortAsync(context, admission.OnOutOfMemory());
        }
        catch (Exception exception)
        {
            LogUnexpected(exception, context.Request.Method, context.Request.Path);
            await AnswerOrAbortAsync(context, new Problem(ProblemTypes.InternalError, "The hub failed unexpectedly; see its log for the cause."));
        }
    };

    /// <summary>The problem of a request that the web server rejected while the body was read.</summary>
    private Task RefuseBadRequestAsync(HttpContext context, BadHttpRequestException exception) => AnswerOrAbortAsync(
        context,
        exception.StatusCode switch
        {
            StatusCodes.Status408RequestTimeout => new Problem(ProblemTypes.RequestTimeout, "The body was not received in time.", "body"),
            StatusCodes.Status413PayloadTooLarge => new Problem(ProblemTypes.RequestTooLarge, "The body is larger than the server accepts.", "body"),
            _ => new Problem(ProblemTypes.BadRequest, exception.Message, "body"),
        });

    private Task AnswerOrAbortAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Clear();
        return problems.WriteAsync(context, problem);
    }

    [LoggerMessage(EventId = 2000, Level = LogLevel.Debug, Message = "The client disconnected before the hub answered: {Reason}")]
    private partial void LogClientLeft(string reason);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "Requests rejected because an allocation failed: {Count}")]
    private partial void LogOutOfMemory(long count);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "Unexpected failure in {Method} {Path}")]
    private partial void LogUnexpected(Exception exception, string method, string path);
}
