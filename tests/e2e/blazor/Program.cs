using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

// The page has no components: the browser test calls Listeners.
await WebAssemblyHostBuilder.CreateDefault(args).Build().RunAsync();
