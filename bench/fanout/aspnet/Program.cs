using Longwave.Bench.AspNet;

// ASP.NET Core's own server-sent events with a channel for each client, as its documentation shows them.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
WebApplication app = builder.Build();
var clients = new ClientChannels();
app.MapGet("/sub", (CancellationToken gone) => TypedResults.ServerSentEvents(clients.SubscribeAsync(gone)));
app.MapPost("/pub", async (HttpRequest request) =>
{
    using var body = new StreamReader(request.Body);
    clients.Broadcast(await body.ReadToEndAsync());
    return TypedResults.Ok();
});
await app.RunAsync();
